"""Questions: engines (Cypher, SPARQL), the library of questions, lineage."""
