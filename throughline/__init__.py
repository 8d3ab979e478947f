"""The front door: command line, settings, brokers, simulator, brokerless driver, oracle."""
