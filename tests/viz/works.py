"""Lineages to look at: well-known works with their dates, and made-up ones of any size.

Names, dates and who builds on whom are facts about real works; the sentences are made up.
"""

import random
from collections.abc import Iterable, Sequence

from begat.graph.model import Assertion, Edge, Evidence, Node, Statement, Thing
from begat.graph.vocabulary import LINEAGE, NodeType, Origin, Relation
from begat.queries.lineage import Lineage

_TYPES = {"m": NodeType.MODEL, "t": NodeType.METHOD, "d": NodeType.DATASET, "p": NodeType.PAPER}
_RELATIONS = {
    "e": Relation.EXTENDS, "v": Relation.VARIANT_OF, "f": Relation.FINE_TUNED_FROM, "d": Relation.DISTILLED_FROM,
    "u": Relation.USES, "c": Relation.CITES,
}  # fmt: skip

# name | type | date | family | parents, each "relation:name" with its confidence where it is not 0.97
WORKS = """
Transformer|t|2017-06-12||
Knowledge Distillation|t|2015-03-09||
GPT|m|2018-06-11|GPT|e:Transformer
BERT|m|2018-10-11|BERT|e:Transformer
GPT-2|m|2019-02-14|GPT|e:GPT u:Transformer
RoBERTa|m|2019-07-26|BERT|e:BERT
Sentence-BERT|m|2019-08-27|BERT|f:BERT u:RoBERTa
TinyBERT|m|2019-09-23|BERT|d:BERT u:Knowledge Distillation
ALBERT|m|2019-09-26|BERT|e:BERT
DistilBERT|m|2019-10-02|BERT|d:BERT u:Knowledge Distillation
T5|m|2019-10-23|T5|e:Transformer
XLM-R|m|2019-11-05||e:RoBERTa
MiniLM|m|2020-02-25|MiniLM|d:BERT u:Knowledge Distillation
ELECTRA|m|2020-03-23||e:BERT
DPR|m|2020-04-10||f:BERT
ColBERT|m|2020-04-27|ColBERT|f:BERT
GPT-3|m|2020-05-28|GPT|e:GPT-2
DeBERTa|m|2020-06-05|DeBERTa|e:BERT e:RoBERTa
mT5|m|2020-10-22|T5|e:T5
MiniLMv2|m|2020-12-31|MiniLM|e:MiniLM d:RoBERTa
LoRA|t|2021-06-17|LoRA|
SPLADE|m|2021-07-12|SPLADE|f:BERT
FLAN|t|2021-09-03|Flan|
SPLADE v2|m|2021-09-21|SPLADE|e:SPLADE u:Knowledge Distillation c:ColBERT
all-MiniLM-L6-v2|m|2021-08-30|MiniLM|f:MiniLMv2 u:Sentence-BERT
DeBERTaV3|m|2021-11-18|DeBERTa|e:DeBERTa u:ELECTRA
ColBERTv2|m|2021-12-02|ColBERT|e:ColBERT u:MiniLM
Chain-of-Thought|t|2022-01-28||u:GPT-3
InstructGPT|m|2022-03-04|GPT|f:GPT-3
SPLADE++|m|2022-05-10|SPLADE|e:SPLADE v2
UL2|m|2022-05-10||e:T5
Flan-T5|m|2022-10-20|Flan|f:T5 u:FLAN u:Chain-of-Thought
Self-Instruct|t|2022-12-20||u:GPT-3
Flan Collection|d|2023-01-31|Flan|e:FLAN
LLaMA|m|2023-02-27|Llama|e:Transformer
Alpaca|m|2023-03-13||f:LLaMA u:Self-Instruct d:InstructGPT
GPT-4|m|2023-03-15|GPT|e:GPT-3@0.7 e:InstructGPT@0.6
AdaLoRA|t|2023-03-18|LoRA|e:LoRA
Vicuna|m|2023-03-30||f:LLaMA u:Alpaca c:GPT-4
WizardLM|m|2023-04-24||f:LLaMA u:Self-Instruct c:Alpaca c:Vicuna
Guanaco|m|2023-05-23||f:LLaMA u:QLoRA
QLoRA|t|2023-05-23|LoRA|e:LoRA
DPO|t|2023-05-29||
Orca|m|2023-06-05|Orca|f:LLaMA d:GPT-4 u:Flan Collection c:Vicuna
phi-1|m|2023-06-20|phi|
Llama 2|m|2023-07-18|Llama|e:LLaMA
phi-1.5|m|2023-09-11|phi|e:phi-1
LongLoRA|t|2023-09-21|LoRA|e:LoRA u:Llama 2
Mistral 7B|m|2023-10-10||e:LLaMA@0.5
Zephyr|m|2023-10-25||f:Mistral 7B u:DPO d:GPT-4
Tülu 2|m|2023-11-17||f:Llama 2 u:DPO
Orca 2|m|2023-11-18|Orca|e:Orca f:Llama 2 d:GPT-4 u:Flan Collection u:Chain-of-Thought@0.6
phi-2|m|2023-12-12|phi|e:phi-1.5
Mixtral|m|2024-01-08||e:Mistral 7B
DoRA|t|2024-02-14|LoRA|e:LoRA
Orca-Math|m|2024-02-16|Orca|f:Mistral 7B u:Orca 2
SPLADE-v3|m|2024-03-11|SPLADE|e:SPLADE++
Llama 3|m|2024-04-18|Llama|e:Llama 2 u:DPO
Phi-3|m|2024-04-22|phi|e:phi-2 u:DPO
Orca-2.5|m|2024-05-06|Orca|e:Orca 2@0.64 u:Mistral 7B
AgentInstruct|t|2024-07-03||e:Orca 2@0.6 u:GPT-4
Orca-3|m|2024-07-03|Orca|e:Orca-2.5 f:Mistral 7B u:AgentInstruct
ModernBERT|m|2024-12-18||e:BERT
"""

SENTENCES = {
    Relation.EXTENDS: "{s} builds on {o} and changes how it is trained.",
    Relation.VARIANT_OF: "{s} is one of the sizes of {o}.",
    Relation.FINE_TUNED_FROM: "We start from {o} and fine-tune all of its parameters to obtain {s}.",
    Relation.DISTILLED_FROM: "{o} serves as the teacher for {s}.",
    Relation.USES: "We apply {o} when training {s}.",
    Relation.CITES: "Unlike {o}, we release the data.",
}


def slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower())


def lineage_of(
    subject: Node, nodes: Iterable[Node], edges: Sequence[Edge], quotes: dict[Edge, list[str]] | None = None,
    truncated: str | None = None,
) -> Lineage:  # fmt: skip
    """A lineage by hand; every edge has a statement, of a paper known where `introduced_by` has it."""
    by_id = {node.id: node for node in [subject, *nodes]}
    papers = {
        n.id: Node(f"arxiv-{n.date[2:4]}{n.date[5:7]}.{i:05d}", NodeType.PAPER, f"{n.name}: the paper that introduces it",
                   date=n.date, arxiv=f"{n.date[2:4]}{n.date[5:7]}.{i:05d}")
        for i, n in enumerate(by_id.values()) if n.date and len(n.date) > 6 and n.type is not NodeType.PAPER
    }  # fmt: skip
    steps = {subject.id: 0}
    for sign, near, far in ((-1, "subject", "object"), (1, "object", "subject")):
        frontier, step = {subject.id}, 0
        while frontier:
            step += 1
            found = {getattr(e, far) for e in edges if getattr(e, near) in frontier} - set(steps)
            steps |= dict.fromkeys(found, sign * step)
            frontier = found
    for node in by_id:
        steps.setdefault(node, 0)
    evidence = {}
    for edge in edges:
        s, o = by_id[edge.subject], by_id[edge.object]
        sentences = (quotes or {}).get(edge) or [
            SENTENCES.get(edge.relation, "{s} and {o}.").format(s=s.name, o=o.name)
        ]
        paper = papers.get(s.id, s)
        evidence[edge] = tuple(
            Statement(
                f"{i:016x}", paper.arxiv or paper.id, "works.jsonl", paper.id, s.id, o.id,
                Assertion(Thing(s.type, s.name), edge.relation, Thing(o.type, o.name),
                          Evidence(0, len(q), q), "rule", edge.confidence, edge.origin),
            ) for i, q in enumerate(sentences)
        )  # fmt: skip
    return Lineage(
        subject, "both", None, LINEAGE, 0.0, tuple(by_id.values()), steps, tuple(edges), evidence, papers, truncated
    )


def known_works(subject: str = "Orca 2", only: Iterable[str] | None = None) -> Lineage:
    """The 63 works; or those named in `only`."""
    rows = [line.split("|") for line in WORKS.strip().splitlines()]
    wanted = set(only or (row[0] for row in rows))
    nodes = {
        name: Node(f"{_TYPES[t].lower()}-{slug(name)}", _TYPES[t], name, date=date, seen=date, family=family or None)
        for name, t, date, family, _ in rows if name in wanted
    }  # fmt: skip
    edges = []
    for name, _, date, _, parents in rows:
        for part in _parents(parents):
            relation, _, rest = part.partition(":")
            parent, _, confidence = rest.partition("@")
            if name in wanted and parent in wanted:
                edges.append(
                    Edge(nodes[name].id, _RELATIONS[relation], nodes[parent].id, float(confidence or 0.97), 1, Origin.MINED, date)
                )  # fmt: skip
    return lineage_of(nodes[subject], nodes.values(), edges)


def _parents(text: str) -> list[str]:
    """`e:GPT u:Flan Collection` → `e:GPT`, `u:Flan Collection`."""
    parts: list[str] = []
    for word in text.split(" "):
        if len(word) > 1 and word[1] == ":":
            parts.append(word)
        elif parts:
            parts[-1] += " " + word
    return parts


FEW = (
    "Transformer", "GPT", "GPT-2", "GPT-3", "InstructGPT", "Chain-of-Thought", "FLAN", "Flan Collection", "LLaMA",
    "Orca", "Llama 2", "GPT-4", "Orca 2", "Orca-2.5", "Orca-3", "AgentInstruct",
)  # fmt: skip


def made_up(count: int, seed: int = 7, further: float = 0.9) -> Lineage:
    """A lineage of `count` works with a few parents each, dates from 2012 on, ever more a year."""
    rng = random.Random(seed)
    syllables = [
        "Or",
        "ca",
        "Ber",
        "to",
        "Mi",
        "ni",
        "Lla",
        "ma",
        "Fal",
        "con",
        "Vi",
        "cu",
        "na",
        "Ze",
        "phyr",
        "Ti",
        "ny",
    ]
    times = sorted(2012 + 13 * rng.random() ** 0.5 for _ in range(count))
    nodes, edges = [], []
    for i, time in enumerate(times):
        kind = rng.choices(list(_TYPES.values()), [60, 25, 10, 5])[0]
        name = "".join(rng.sample(syllables, rng.choice([2, 2, 3]))) + rng.choice(
            ["", "-7B", " 2", "v3", "-Instruct", "-large"]
        )
        if kind is NodeType.PAPER:
            name = f"A study of {name} and of what it does not do"
        date = f"{int(time)}-{int(time % 1 * 12) + 1:02d}-{rng.randint(1, 28):02d}"
        undated = rng.random()
        nodes.append(
            Node(
                f"{kind.lower()}-{i}",
                kind,
                f"{name}",
                date=None if undated < 0.06 else date,
                seen=None if undated < 0.01 else date,
            )
        )
        if not i:
            continue
        many = 1 + sum(rng.random() < further / 2 for _ in range(2))
        for parent in {int(i * (1 - rng.random() ** 2.2)) for _ in range(many)}:
            if parent == i:
                continue
            relation = rng.choices(list(_RELATIONS.values())[:5], [35, 8, 22, 8, 27])[0]
            edges.append(
                Edge(
                    nodes[i].id,
                    relation,
                    nodes[parent].id,
                    round(rng.uniform(0.5, 1), 2),
                    rng.randint(1, 4),
                    Origin.MINED,
                    date,
                )
            )
    return lineage_of(nodes[count // 2], nodes, edges)


def odd_works() -> Lineage:
    """Whatever makes a layout stumble: cycles, missing and vague dates, one crowded day, long and foreign names."""
    m, t, d, p = NodeType.MODEL, NodeType.METHOD, NodeType.DATASET, NodeType.PAPER
    day = "2023-02-27"
    nodes = [
        Node("subject", m, "Llama", date=day, seen=day, family="llama"),
        *(Node(f"size-{size}", m, f"Llama-{size}", date=day, family="llama") for size in ("7B", "13B", "33B", "65B", "65B-chat")),
        Node("old", t, "Backpropagation", date="1986"),
        Node("lstm", t, "Long Short-Term Memory with forget gates and peepholes", date="1997-11"),
        Node("undated", d, "A corpus of unknown age"),
        Node("undated-too", t, "注意力机制方法"),
        Node("seen", m, "GPT-4", seen="2023-02-01"),
        Node("seen-too", m, "ChatGPT", seen="2023-02-01"),
        Node("year", m, "Some 2023 model", date="2023"),
        Node("ring-a", m, "Ouro", date="2023-06-01"),
        Node("ring-b", m, "Boros", date="2023-07-01"),
        Node("ring-c", m, "Same day A", date="2023-08-01"),
        Node("ring-d", m, "Same day B", date="2023-08-01"),
        Node("rtl", m, "نموذج عربي", date="2023-05-05"),
        Node("backwards", m, "Older than its parent", date="2019-05-05"),
        Node("paper", p, "A paper whose contribution has no name but a title of very many words", date="2024"),
    ]  # fmt: skip
    e, v, f, u, c, x = (
        Relation.EXTENDS, Relation.VARIANT_OF, Relation.FINE_TUNED_FROM, Relation.USES, Relation.CITES,
        Relation.DISTILLED_FROM,
    )  # fmt: skip
    ties = [
        ("size-7B", v, "subject"), ("size-13B", v, "subject"), ("size-33B", v, "subject"), ("size-65B", v, "subject"),
        ("size-65B-chat", f, "size-65B"), ("lstm", e, "old"), ("subject", u, "lstm"), ("subject", u, "undated"),
        ("undated", u, "undated-too"), ("subject", x, "seen"), ("seen-too", f, "seen"), ("subject", u, "seen-too"),
        ("year", f, "subject"), ("ring-a", e, "ring-b"), ("ring-b", e, "ring-a"), ("ring-a", e, "subject"),
        ("ring-c", e, "ring-d"), ("ring-d", e, "ring-c"), ("ring-c", u, "ring-a"), ("rtl", f, "size-7B"),
        ("backwards", e, "subject"), ("paper", e, "year"), ("paper", u, "year"), ("paper", c, "old"),
    ]  # fmt: skip
    edges = [Edge(s, r, o, 0.9 if s != "seen-too" else 0.5, 1, Origin.MINED) for s, r, o in ties]
    return lineage_of(nodes[0], nodes, edges, truncated="only the nearest 20 are shown")
