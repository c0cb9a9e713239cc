"""The graph on a Neo4j server: loading in bulk or in batches, the same rows from every query."""
