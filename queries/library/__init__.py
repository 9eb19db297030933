"""One file a question, each with its Cypher and its SPARQL."""
