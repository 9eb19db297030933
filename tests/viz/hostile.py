"""Texts of strangers who mean harm, and lineages and graphs that hold them in every field."""

from collections.abc import Iterator
from itertools import count, cycle, pairwise
from typing import Any

from begat.graph.model import Assertion, Edge, Evidence, Node, Statement, Thing
from begat.graph.vocabulary import LINEAGE, NodeType, Origin, Relation
from begat.queries.comparison import Comparison, Side
from begat.queries.family import FamilyTree
from begat.queries.lineage import Lineage

PAYLOADS = (
    "<script>window.ran = 1</script>",
    "</script><script>window.ran = 2</script>",
    "</style><style>* { background: url(http://evil.example/css) }</style><script>window.ran = 3</script>",
    "\"><img src='http://evil.example/img' onerror='window.ran = 4'>",
    "' autofocus tabindex=1 onfocus='window.ran = 5' x='",
    "</title></text></svg><iframe src='http://evil.example/frame' srcdoc='<script>top.ran = 6</script>'></iframe>",
    "<svg onload='window.ran = 7'><animate onbegin='window.ran = 7' attributeName='x'/></svg>",
    "]]></text><foreignObject><body onload='window.ran = 8'/></foreignObject>",
    "{{ 7 * 7 }}{% for x in range(9) %}ran{% endfor %}${7*7}",
    "--><base href='http://evil.example/'><link rel='stylesheet' href='http://evil.example/link'>",
    "\"}]); window.ran = 9; (\u2028//\u2029 '\\x3cscript\\x3ewindow.ran = 9",
    "<a href='javascript:window.ran = 10'>href</a>",
    "\u202eevil\u202c \x00\x07\x1b[31m \ud800 \ufffe \U000e0001",
    "<meta http-equiv='refresh' content='0; url=http://evil.example/refresh'>",
    "<form action='http://evil.example/form'><input name='find' autofocus onfocus='window.ran = 11'>",
)
ADDRESSES = (
    "javascript:window.ran = 12//http://ok.example", "data:text/html,<script>window.ran = 13</script>",
    "http://ok.example/\" onclick=\"window.ran = 14", " javascript:window.ran = 15", "java\nscript:window.ran = 16",
    "//evil.example/scheme", "http:evil", "https://ok.example/a?b='><script>window.ran = 17</script>",
    "vbscript:x", "file:///etc/passwd", "http://[", "https://user@ok.example\\@evil.example/",
)  # fmt: skip


def nodes() -> list[Node]:
    """Nodes with a payload in each text field; one for each pair of payload and address."""
    texts, addresses, number = cycle(PAYLOADS), cycle(ADDRESSES), count()
    kinds = cycle([NodeType.MODEL, NodeType.METHOD, NodeType.DATASET, NodeType.PAPER])

    def one(**fields: Any) -> Node:
        return Node(f"{next(number)}{next(texts)}", next(kinds), next(texts), (next(texts), next(texts)), **fields)

    made = [one(date=f"20{i:02d}-01", url=next(addresses), family=next(texts), version=next(texts)) for i in range(12)]
    made += [one(seen="2015" + next(texts), url=next(addresses)) for _ in range(4)]
    made += [one(date="2016" + next(texts), seen=next(texts), arxiv=next(texts)) for _ in range(4)]
    made += [one(date="2017-01-01", doi=next(texts)) for _ in range(4)]
    made += [one(date=next(texts), seen=next(texts)) for _ in range(4)]
    return made


def edges(made: list[Node]) -> Iterator[Edge]:
    """Every relation, between nodes beside one another."""
    relations = cycle(Relation)
    for older, newer in pairwise(made):
        yield Edge(newer.id, next(relations), older.id, 0.5, 2, Origin.MINED, "2020" + PAYLOADS[0])
        yield Edge(newer.id, next(relations), older.id, 0.9, 1, Origin.DECLARED)


def lineage() -> Lineage:
    """A lineage with payloads wherever a text can stand."""
    made = nodes()
    ties = tuple(edges(made))
    texts = cycle(PAYLOADS)
    evidence = {}
    for edge in ties:
        statements = []
        for part in ("text", "title", f"field:{next(texts)}"):
            quote = next(texts)
            assertion = Assertion(
                Thing(NodeType.MODEL, next(texts)), edge.relation, Thing(NodeType.MODEL, next(texts)),
                Evidence(0, len(quote), quote, part), next(texts), 0.5, edge.origin,
            )  # fmt: skip
            statements.append(
                Statement(next(texts), next(texts), next(texts), next(texts), edge.subject, edge.object, assertion)
            )
        evidence[edge] = tuple(statements)
    papers = {node.id: made[3] for node in made[::2]}
    return Lineage(
        made[6], "both", None, LINEAGE, 0.0, (made[6], *made[:6], *made[7:]), {n.id: i - 6 for i, n in enumerate(made)},
        ties, evidence, papers, PAYLOADS[0],
    )  # fmt: skip


def family() -> FamilyTree:
    """A family with payloads wherever a text can stand, variants and works outside of it among them."""
    found = lineage()
    nodes = found.nodes
    variants = {nodes[1].id: (nodes[1], nodes[2])}
    drawn = tuple(node for node in nodes if node != nodes[2])
    return FamilyTree(
        PAYLOADS[2], nodes[:10], variants, nodes[10:18], nodes[18:], (40, 50), drawn, found.edges, found.evidence,
        found.introduced_by, found.papers, PAYLOADS[1],
    )  # fmt: skip


def comparison() -> Comparison:
    """Two things with payloads wherever a text can stand."""
    found = lineage()
    one, other, *common = found.nodes
    steps = {node.id: place for place, node in enumerate(found.nodes)}
    sides = [Side(node, steps, 1, {Relation.EVALUATED_ON: tuple(common[:4])}) for node in (one, other)]
    return Comparison(
        (sides[0], sides[1]), tuple(common), tuple(common[:5]), found.edges[:4], found.nodes, found.edges,
        found.evidence, found.introduced_by, found.papers, PAYLOADS[0],
    )  # fmt: skip
