"""Experiment records: schema, identity, aggregation, the key-value store, subsets and splits."""
