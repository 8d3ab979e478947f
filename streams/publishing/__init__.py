"""Appending to Kafka's topics: idempotent where the broker can, in order whatever it does."""
