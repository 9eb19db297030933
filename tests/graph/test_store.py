from begat.graph.store import Store


def test_evidence_of_an_edge_is_found(store: Store) -> None:
    (edge,) = store.edges("subject = 'model-orca-2' AND relation = 'EXTENDS'")
    (statement,) = store.evidence(edge)
    assert statement.document == "2311.11045"
    assert statement.assertion.evidence.quote == "With Orca 2 we extend Orca."
