"""Events over HTTP: what a shop's systems already send becomes events of the contract on the source topics."""
