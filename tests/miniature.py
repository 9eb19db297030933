"""A fabricated miniature graph, written straight into the store without any mining.

It keeps what the views and questions need: a line of descent with every lineage relation (Transformer → BERT →
DistilBERT, LLaMA → Orca → Orca 2), papers with and without date, a paper whose contribution has no name, an
alias with accents, a dataset, an opponent, a citation, an author, a cycle-free mix of origins, and one edge of
low confidence. The sentences are made up for it.
"""

from pathlib import Path

from begat.graph.model import Assertion, Declared, Document, Edge, Evidence, Mention, Mined, Node, Thing
from begat.graph.names import parse
from begat.graph.store import Store
from begat.graph.vocabulary import NodeType, Origin, Relation

PAPER, MODEL, METHOD, DATASET = NodeType.PAPER, NodeType.MODEL, NodeType.METHOD, NodeType.DATASET

# arXiv id, title, date, text, things introduced
PAPERS = [
    ("1706.03762", "Attention Is All You Need", "2017-06-12", "We propose the Transformer.", ["Transformer"]),
    ("1810.04805", "BERT: Deep Bidirectional Transformers", "2018-10-11", "BERT builds on the Transformer. BERT is evaluated on GLUE.", ["BERT"]),
    ("1910.01108", "DistilBERT, a distilled version of BERT", "2019-10-02", "DistilBERT is distilled from BERT. It trails BERT slightly.", ["DistilBERT"]),
    ("2302.13971", "LLaMA: Open Foundation Models", "2023-02-27", "LLaMA uses the Transformer. LLaMA-13B outperforms GPT-3.", ["LLaMA", "LLaMA-13B"]),
    ("2306.02707", "Orca: Progressive Learning", "2023-06-05", "Orca is fine-tuned from LLaMA and learns from GPT-4. Orca matches ChatGPT on AGIEval.", ["Orca"]),
    ("2311.11045", "Orca 2: Teaching Small Models", "2023-11-18", "With Orca 2 we extend Orca. Orca 2 may use Tülu 2.", ["Orca 2"]),
    ("2401.00001", "A study without a name of its own", "2024-01-01", "Our method builds on Orca 2.", []),
]  # fmt: skip

# subject, relation, object, document, quote, rule, confidence
CLAIMS = [
    ("BERT", "EXTENDS", "Transformer", "1810.04805", "BERT builds on the Transformer.", "builds-on", 0.95),
    ("BERT", "EVALUATED_ON", "GLUE", "1810.04805", "BERT is evaluated on GLUE.", "evaluated-on", 0.97),
    ("DistilBERT", "DISTILLED_FROM", "BERT", "1910.01108", "DistilBERT is distilled from BERT.", "distilled-from", 0.98),
    ("DistilBERT", "COMPARED_WITH", "BERT", "1910.01108", "It trails BERT slightly.", "trails", 0.8),
    ("LLaMA", "USES", "Transformer", "2302.13971", "LLaMA uses the Transformer.", "uses", 0.9),
    ("LLaMA-13B", "OUTPERFORMS", "GPT-3", "2302.13971", "LLaMA-13B outperforms GPT-3.", "outperforms", 0.96),
    ("Orca", "FINE_TUNED_FROM", "LLaMA", "2306.02707", "Orca is fine-tuned from LLaMA", "fine-tuned-from", 0.94),
    ("Orca", "DISTILLED_FROM", "GPT-4", "2306.02707", "Orca is fine-tuned from LLaMA and learns from GPT-4.", "learns-from", 0.85),
    ("Orca", "COMPARED_WITH", "ChatGPT", "2306.02707", "Orca matches ChatGPT on AGIEval.", "matches", 0.9),
    ("Orca", "EVALUATED_ON", "AGIEval", "2306.02707", "Orca matches ChatGPT on AGIEval.", "result-on", 0.88),
    ("Orca 2", "EXTENDS", "Orca", "2311.11045", "With Orca 2 we extend Orca.", "extends", 0.93),
    ("Orca 2", "USES", "Tülu 2", "2311.11045", "Orca 2 may use Tülu 2.", "uses", 0.4),
    ("arxiv:2401.00001", "EXTENDS", "Orca 2", "2401.00001", "Our method builds on Orca 2.", "builds-on", 0.9),
]  # fmt: skip

TYPES = {
    "Transformer": METHOD, "BERT": MODEL, "DistilBERT": MODEL, "LLaMA": MODEL, "LLaMA-13B": MODEL, "Orca": MODEL,
    "Orca 2": MODEL, "GPT-3": MODEL, "GPT-4": MODEL, "ChatGPT": MODEL, "Tülu 2": MODEL, "GLUE": DATASET, "AGIEval": DATASET,
}  # fmt: skip
ALIASES = {"Tülu 2": ["Tulu-2"], "Orca": ["Orca 1"], "GPT-4": ["GPT4"]}


def slug(name: str) -> str:
    return name.lower().replace(" ", "-").replace("ü", "u")


def thing(name: str) -> Thing:
    return Thing(PAPER, name) if name.startswith("arxiv:") else Thing(TYPES[name], name)


def node_id(name: str) -> str:
    return name.replace(":", "-") if name.startswith("arxiv:") else f"{TYPES[name].lower()}-{slug(name)}"


def build(path: str | Path) -> Path:
    """Write the miniature graph to `path` (which must not exist)."""
    introduced = {name: paper for paper in PAPERS for name in paper[4]}
    edges: list[Edge] = []
    ends = []
    with Store.create(path) as store, store.transaction():
        for arxiv, title, date, text, names in PAPERS:
            cites = "1810.04805" if arxiv == "1910.01108" else None
            declared = (
                (Declared(Relation.CITES, Thing(PAPER, f"arxiv:{cites}"), "references", f"arXiv:{cites}"),)
                if cites
                else ()
            )
            document = Document(
                id=arxiv, text=text, title=title, date=date, arxiv=arxiv, source="miniature.jsonl", declared=declared
            )  # fmt: skip
            number = store.add_document(document, digest=arxiv)
            assertions, mentions = [], []
            for name in names:
                at = text.find(name)
                mentions.append(Mention(thing(name), at, at + len(name), name, introduced=True))
                evidence = Evidence.of(document, at, at + len(name))
                assertions.append(
                    Assertion(document.thing, Relation.INTRODUCES, thing(name), evidence, "introduces", 0.95)
                )
            for subject, relation, object_, where, quote, rule, confidence in CLAIMS:
                if where == arxiv:
                    at = text.index(quote)
                    evidence = Evidence.of(document, at, at + len(quote))
                    assertions.append(
                        Assertion(thing(subject), Relation(relation), thing(object_), evidence, rule, confidence)
                    )
            for d in declared:
                evidence = Evidence(0, len(d.value), d.value, f"field:{d.field}")
                assertions.append(
                    Assertion(document.thing, d.relation, d.object, evidence, "declared", 1.0, Origin.DECLARED)
                )
            if arxiv == "2302.13971":
                evidence = Evidence.of(document, text.index("LLaMA-13B"), text.index("LLaMA-13B") + 9)
                assertions.append(
                    Assertion(
                        thing("LLaMA-13B"),
                        Relation.VARIANT_OF,
                        thing("LLaMA"),
                        evidence,
                        "name-size",
                        0.9,
                        Origin.NAME,
                    )
                )
            store.add_mined(number, document, Mined(tuple(mentions), tuple(assertions)), seen=arxiv)
            for a in assertions:
                subject, object_ = (node_id(t.name) for t in (a.subject, a.object))
                edges.append(Edge(subject, a.relation, object_, a.confidence, 1, a.origin, date))
                ends.append((subject, object_, f"arxiv-{arxiv}", a.claim(document.id), number))
        nodes = [
            Node(f"arxiv-{p[0]}", PAPER, p[1], (), p[2], p[2], arxiv=p[0], url=f"https://arxiv.org/abs/{p[0]}")
            for p in PAPERS
        ]
        for name, kind in TYPES.items():
            paper = introduced.get(name)
            family, _, version = name.partition(" ")
            born = paper[2] if paper else None
            seen = min([p[2] for p in PAPERS if name in p[3]], default=None)
            nodes.append(Node(node_id(name), kind, name, (), born, born or seen, family.split("-")[0], version or None))
        aliases = [(n.id, n.name, parse(n.name).key, "title" if n.type == PAPER else "name") for n in nodes]
        aliases += [(node_id(n), a, parse(a).key, "same parsed name") for n, others in ALIASES.items() for a in others]
        entries = [(kind if kind == "title" else "name", n, name) for n, name, _, kind in aliases]
        entries += [("evidence", f"arxiv-{paper}", quote) for *_, paper, quote in [(c[3], c[4]) for c in CLAIMS]]
        store.replace_resolved(nodes, aliases, edges, ends, entries)
    return Path(path)
