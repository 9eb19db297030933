"""Bringing the graph up to date with what a change touched."""

from begat.graph.resolve import resolve
from begat.graph.store import Store
from begat.graph.touched import Touched


def update(store: Store, touched: Touched) -> None:
    """Make nodes, aliases, edges and the search index what they are by all that was read."""
    resolve(store)
