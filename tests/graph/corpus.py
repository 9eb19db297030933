"""A made-up corpus for building: descent, versions, an unnamed arXiv record, one name for two things, acronyms."""

from begat.graph.model import Document, Reference
from begat.graph.store import Store

LONG = (
    "We study how small students may learn from the steps that a large teacher writes down, rather than from its"
    " answers alone, and find that many kinds of problems gain from it while a few lose a little. "
)
ORCA = Document(
    "2306.02707",
    LONG + "We introduce the model Orca. Orca extends Llama.",
    "Orca: learning from steps",
    ("Ada Lovelace", "Grace Hopper"),
    "2023-06-05",
    arxiv="2306.02707",
    source="a.jsonl",
    place="line 1",
)
ORCA_2 = Document(
    "2311.11045",
    LONG[:150] + "We introduce the model Orca 2. Orca 2 extends Orca 1.",
    "Orca 2: more of it",
    ("Ada Lovelace",),
    "2023-11-18",
    arxiv="2311.11045",
    source="a.jsonl",
    references=(Reference(arxiv="2306.02707"),),
)
OTHER_ORCA = Document(
    "whales/7",
    "We introduce the dataset Orca. It holds the songs of 200 whales off the coast.",
    "Songs of whales",
    ("Jacques Cousteau",),
    "2024-02-01",
    source="b.jsonl",
)
LLAMA = Document(
    "2302.13971",
    "We introduce the model Llama. Llama-13B beats GPT-3. Llama uses RoPE.",
    None,
    (),
    None,
    arxiv="2302.13971",
    source="a.jsonl",
)
COPY = Document("000#1", ORCA.text.replace("learn from", "learnfrom").replace("200", ""), source="dump.txt")
WHALES = Document(
    "songs",
    "Deep Listener uses Orca.",
    "Listening",
    (),
    "2025-01-01",
    source="b.jsonl",
    references=(Reference(title="Songs of whales"),),
)
DEBATE = Document(
    "debate", "MAD (Multi Agent Debate) helps. MAD uses Orca 2.", "On debate", (), "2024-03-01", source="c.jsonl"
)
ATTACK = Document(
    "attack",
    "MAD (Mean Absolute Deviation) is robust. RobustNet uses MAD.",
    "On deviation",
    (),
    "2019",
    source="c.jsonl",
)
POST = Document("post", "See https://arxiv.org/abs/2311.11045 for Orca 2 and Tulu 3. Tulu 3 extends Tulu 2.",
                None, (), "2025-03-01", source="post.html", paper=False,
                references=(Reference(arxiv="2311.11045", start=4, end=36),))  # fmt: skip
DOCUMENTS = [ORCA, ORCA_2, OTHER_ORCA, LLAMA, COPY, WHALES, DEBATE, ATTACK, POST]


def exported(store: Store) -> dict[str, list[object]]:
    """All that the graph says, whatever the numbers that its rows happen to have."""
    return {
        "nodes": list(store.nodes()),
        "edges": list(store.edges()),
        "statements": sorted(store.statements(), key=repr),
        "aliases": store.connection.execute("SELECT * FROM aliases ORDER BY 1, 2").fetchall(),
        "search": sorted(store.connection.execute("SELECT * FROM search").fetchall()),
        "merges": store.connection.execute("SELECT * FROM merges ORDER BY 1, 2").fetchall(),
        "gazetteer": store.connection.execute("SELECT * FROM gazetteer ORDER BY 1").fetchall(),
    }
