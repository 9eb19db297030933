"""Emptying a Neo4j between tests: a wipe takes seconds, most of them for indexes that the next test makes again."""

from begat.graph import neo4j


def cleared(uri: str) -> None:
    """Remove all nodes of begat with all their relationships; constraints and indexes stay."""
    with neo4j.connected(neo4j.Address.of(uri)) as there, there.session() as session:
        session.run(
            "MATCH (n:Begat|BegatGraph|BegatRange) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"
        ).consume()
