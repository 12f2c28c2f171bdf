"""Events on Kafka."""
