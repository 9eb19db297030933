"""The family page: a family over the years as a picture, and its members one by one."""

from begat.queries.family import FamilyTree
from begat.viz import page as pages
from begat.viz.page import Work, Works


def page(tree: FamilyTree) -> str:
    """The family as one self-contained HTML file (text; write it as UTF-8)."""
    hidden = {node.id for several in tree.variants.values() for node in several[1:]}

    def years(works: Works) -> list[tuple[str, list[Work]]]:
        found: dict[str, list[Work]] = {}
        for node in tree.members:
            if node.id not in hidden:
                found.setdefault(str(node.year or "date unknown"), []).append(works[node.id])
        return list(found.items())

    return pages.page(
        tree,
        "family.html",
        members=len(tree.members),
        years_of=years,
        sources=lambda works: [works[node.id] for node in tree.sources],
        offshoots=lambda works: [works[node.id] for node in tree.offshoots],
        more=(tree.counts[0] - len(tree.sources), tree.counts[1] - len(tree.offshoots)),
    )
