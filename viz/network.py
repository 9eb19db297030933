"""The free network: any part of the graph as a page to drag about, drawn by pyvis (vis-network on a canvas).

pyvis writes pages that ask other hosts for style, put headings and tooltips in unescaped, and take minutes to settle
large graphs. So: its resources go inline and what remains of links is taken out; nodes are known by numbers; no
heading, menu or tooltip of its own is used; above SETTLED_BY_US nodes the positions are computed here. Nodes and edges
name colours of the style sheet that all pages share, which `static/network.js` looks up in the reader's scheme. A content
security policy holds all of that in place.
"""

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import Any

import networkx
import numpy
from pyvis.network import Network

from begat.graph.errors import NotFoundError
from begat.graph.model import Edge, Node
from begat.graph.store import Store
from begat.graph.vocabulary import FACTS, NodeType, Relation
from begat.viz.layout import UNSURE, cut
from begat.viz.svg import asset, clean, dated, tokens

SETTLED_BY_US = 150
"""Above so many nodes the browser does not let forces settle the picture: it would stand still for long."""
MOST_NODES = 400
_NEAR = tuple(relation for relation in Relation if relation not in (Relation.MENTIONS, Relation.AUTHORED_BY))
"""Shown around a node."""
_WHOLE = tuple(relation for relation in _NEAR if relation is not Relation.INTRODUCES)
"""Shown of the whole graph, which would be half papers otherwise."""
_SHAPES = {
    NodeType.MODEL: ("box", 11), NodeType.METHOD: ("ellipse", 0), NodeType.DATASET: ("box", 3),
    NodeType.PAPER: ("box", 0), NodeType.AUTHOR: ("circle", 0),
}  # fmt: skip
_TONES = {
    Relation.EXTENDS: "extends", Relation.VARIANT_OF: "extends", Relation.FINE_TUNED_FROM: "fine",
    Relation.DISTILLED_FROM: "distilled", Relation.USES: "uses", Relation.CITES: "cites",
    Relation.COMPARED_WITH: "cites",
}  # fmt: skip
_DASHES: dict[Relation, list[int]] = {Relation.DISTILLED_FROM: [7, 4], Relation.USES: [2, 4], Relation.CITES: [1, 3]}


def network_page(
    store: Store, node_ids: Sequence[str] | None = None, limit: int = MOST_NODES, min_confidence: float = 0.0
) -> str:
    """A part of the graph as one self-contained HTML file (text; write it as UTF-8).

    `node_ids`: these nodes and those directly connected with them; None: the most connected of the whole graph.
    `limit` is the most nodes; edges below `min_confidence` stay out. Raises NotFoundError for an id that is nowhere.
    """
    nodes = _most_connected(store, limit, min_confidence) if node_ids is None else _around(store, node_ids, limit)
    shown = _WHOLE if node_ids is None else _NEAR
    edges = [
        edge
        for edge in store.edges_from(nodes, shown)
        if edge.object in nodes and edge.object != edge.subject and edge.confidence >= min_confidence
    ]
    return _sealed(_drawn(nodes, edges, frozenset(node_ids or ())), nodes, edges, node_ids)


# -- what is shown -------------------------------------------------------------------------------------------------


def _most_connected(store: Store, limit: int, min_confidence: float) -> dict[str, Node]:
    chosen = f"relation IN ({', '.join('?' * len(_WHOLE))}) AND confidence >= ?"
    ends = " UNION ALL ".join(f"SELECT {end} AS node FROM edges WHERE {chosen}" for end in ("subject", "object"))
    best = f"SELECT node FROM ({ends}) GROUP BY node ORDER BY count(*) DESC, node LIMIT ?"
    values = [*_WHOLE, min_confidence]
    return {node.id: node for node in store.nodes(f"id IN ({best})", [*values, *values, limit])}


def _around(store: Store, node_ids: Sequence[str], limit: int) -> dict[str, Node]:
    found = store.nodes_of(node_ids)
    for wanted in node_ids:
        if wanted not in found:
            raise NotFoundError(wanted)
    near: Counter[str] = Counter()
    for edge in [*store.edges_from(node_ids, _NEAR), *store.edges_to(node_ids, _NEAR)]:
        weight = round(100 * edge.confidence * (1 + FACTS[edge.relation].lineage))
        for end in (edge.subject, edge.object):
            if end not in found:
                near[end] += weight
    ranked = sorted(near, key=lambda node: (-near[node], node))
    return found | store.nodes_of(ranked[: max(0, limit - len(found))])


# -- how it is drawn -----------------------------------------------------------------------------------------------


def _drawn(nodes: dict[str, Node], edges: Sequence[Edge], marked: Collection[str]) -> str:
    number = {node: i for i, node in enumerate(nodes)}
    settled = len(nodes) > SETTLED_BY_US
    places = _places(number, edges) if settled else {}
    network = Network(height="100%", width="100%", directed=True, cdn_resources="in_line")
    for node_id, node in nodes.items():
        network.add_node(number[node_id], **_node(node, node_id in marked), **places.get(node_id, {}))
    for edge in edges:
        network.add_edge(number[edge.subject], number[edge.object], **_edge(edge))
    network.set_options(json.dumps(_options(settled)))
    html: str = network.generate_html()
    return html


def _node(node: Node, marked: bool) -> dict[str, Any]:
    shape, radius = _SHAPES[node.type]
    kind = node.type.lower()
    return {
        "label": clean(cut(node.name)),
        "title": _hint(f"{node.name}\n{kind}, {dated(node)}"),
        "shape": shape,
        "shapeProperties": {"borderRadius": radius, "borderDashes": [5, 3] if node.type is NodeType.DATASET else False},
        "borderWidth": 2.4 if marked else 1.4,
        "tone": "subject" if marked else kind,
    }


def _edge(edge: Edge) -> dict[str, Any]:
    words = FACTS[edge.relation].forward
    return {
        "title": f"{words} ({edge.confidence:.2f})",
        "tone": tone(edge.relation),
        "opacity": 0.4 if edge.confidence < UNSURE else 1,
        "width": 2.6 if edge.relation is Relation.FINE_TUNED_FROM else 1.5,
        "dashes": _DASHES.get(edge.relation, False),
        "arrows": {"to": {"enabled": not FACTS[edge.relation].symmetric, "scaleFactor": 0.6}},
    }


def tone(relation: Relation) -> str:
    """The colour of a relation's edges, as the style sheet names it."""
    return _TONES.get(relation, "other")


def _hint(text: str) -> str:
    """A tooltip's text. pyvis takes any that holds the letters "href" for HTML: a joiner of no width parts them."""
    return re.sub("(?i)(h)(?=ref)", "\\1\u2060", clean(text))


def _options(settled: bool) -> dict[str, Any]:
    return {
        "nodes": {
            "font": {"size": 15, "face": "system-ui, sans-serif"},
            "margin": 7,
            "scaling": {"label": {"drawThreshold": 2}},
        },
        "edges": {"smooth": {"enabled": not settled, "type": "continuous"}, "selectionWidth": 1.5},
        "interaction": {"hover": True, "tooltipDelay": 120, "hideEdgesOnDrag": settled, "keyboard": {"enabled": True}},
        "layout": {"randomSeed": 1, "improvedLayout": not settled},
        "physics": {
            "enabled": not settled,
            "solver": "forceAtlas2Based",
            "forceAtlas2Based": {"springLength": 110, "avoidOverlap": 0.6, "gravitationalConstant": -70},
            "stabilization": {"iterations": 250},
        },
    }


def _places(number: dict[str, int], edges: Iterable[Edge]) -> dict[str, dict[str, Any]]:
    """Positions by attraction and repulsion, the same at every run."""
    graph: networkx.Graph[str] = networkx.Graph()
    graph.add_nodes_from(number)
    graph.add_edges_from((edge.subject, edge.object) for edge in edges)
    start = numpy.random.default_rng(1).uniform(-1, 1, (len(number), 2))
    places = networkx.forceatlas2_layout(
        graph, pos=dict(zip(number, start, strict=True)), max_iter=120, scaling_ratio=10.0, seed=1,
        node_size=dict.fromkeys(number, 3.0),
    )  # fmt: skip
    # Most of the picture, not its farthest outlier, sets the scale; boxes are wider than high.
    usual = max(float(numpy.percentile(abs(numpy.array(list(places.values()))), 92)), 1e-9)
    scale = 52 * len(number) ** 0.5 / usual
    return {node: {"x": round(1.7 * scale * float(x)), "y": round(scale * float(y))} for node, (x, y) in places.items()}


# -- the page around it --------------------------------------------------------------------------------------------

_STYLE = """
html, body { margin: 0; height: 100%; font: 14.5px/1.4 system-ui, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif; color: var(--ink); background: var(--ground); }
body { display: flex; flex-direction: column; }
header { padding: .6rem 1rem; border-bottom: 1px solid var(--rule); }
h1 { font-size: 1.3rem; font-weight: 400; margin: 0; }
header p { margin: 0; color: var(--soft); }
.card { flex: 1; min-height: 20rem; }
#mynetwork { float: none !important; height: 100% !important; border: 0 !important; background: none !important; }
div.vis-tooltip { background: var(--card); color: var(--ink); border-color: var(--field); }
#loadingBar { display: none !important; }
"""


def _sealed(html: str, nodes: dict[str, Node], edges: Sequence[Edge], node_ids: Sequence[str] | None) -> str:
    """The page of pyvis without its links to other hosts, with a heading of ours and a policy that lets nothing else run."""
    head, body = html.split("<body>", 1)
    head = re.sub(
        r"<!--.*?-->|<center>.*?</center>|<link\b[^>]*>|<script\b[^>]*\bsrc=[^>]*></script>", "", head, flags=re.S
    )
    body = body.replace("</body>", f"<script>{asset('network.js')}</script></body>", 1)
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", head + body, flags=re.S)
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none';"
        " form-action 'none'"
    )
    what = (
        " and ".join(escape(clean(nodes[n].name)) for n in node_ids) + " and its neighbours"
        if node_ids
        else "The graph"
    )
    relations = sorted(Counter(e.relation for e in edges).items(), key=lambda item: (-item[1], item[0]))
    told = ", ".join(f"{count} {FACTS[relation].forward}" for relation, count in relations)
    meta = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="referrer" content="no-referrer">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f'<title>{what}</title><link rel="icon" href="data:,">'
    )
    head = "<!doctype html>\n" + head.replace('<meta charset="utf-8">', f'<meta charset="utf-8">{meta}', 1)
    head = head.replace("<html>", '<html lang="en">', 1).replace(
        "</head>", f"<style>{tokens()}{_STYLE}</style></head>", 1
    )
    heading = f"<header><h1>{what}</h1><p>{len(nodes)} works · {len(edges)} relations{': ' if told else ''}{told}</p></header>"
    return f"{head}<body>{heading}{body}"
