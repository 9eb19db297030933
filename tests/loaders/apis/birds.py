"""A small literature about birds, as five services answer for it; every text in it is made up for these tests.

Heron (2024) starts from Egret (2023) and is compared with Stork (2022), which has a DOI only; Kingfisher (2025) builds on
Heron, Ibis (2025) on Kingfisher. Bittern has no id but Semantic Scholar's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.loaders.apis.loopback import Asked, Said
from tests.loaders.sources.samples import inverted


@dataclass(frozen=True)
class Bird:
    """A paper: `number` makes its id of each service."""

    number: int
    name: str
    title: str
    abstract: str
    date: str
    arxiv: str | None = None
    doi: str | None = None
    cites: tuple[tuple[str, str, str, bool], ...] = ()
    """(name, the sentence that cites it or "", intent, whether it is influential)."""

    @property
    def sha(self) -> str:
        return f"{self.number:040x}"

    @property
    def work(self) -> str:
        return f"W{self.number}"


BIRDS = {
    bird.name: bird
    for bird in (
        Bird(
            1, "Heron", "Heron: Wading Through Long Contexts", "We present Heron. It extends Egret.", "2024-01-02",
            "2401.00011", "10.9999/heron",
            (
                ("Egret", "Heron starts from Egret [1], which we train further.", "methodology", True),
                ("Stork", "Stork [2] is slower.", "result", False),
                ("Bittern", "", "background", False),
            ),
        ),
        Bird(
            2, "Egret", "Egret: First Steps in Shallow Water", "We present Egret, a small model.", "2023-01-05", "2301.00001",
            None, (("Stork", "We follow Stork [1] in all else.", "methodology", False),),
        ),
        Bird(3, "Stork", "Stork, or How to Stand Still", "", "2022", None, "10.9999/stork"),
        Bird(
            4, "Kingfisher", "Kingfisher: Diving for Answers", "We present Kingfisher. It is built on Heron.", "2025-03-01",
            "2503.00004", None,
            (("Heron", "Kingfisher is fine-tuned from Heron [7].", "methodology", True), ("Egret", "", "background", False)),
        ),
        Bird(
            5, "Ibis", "Ibis: A Long Bill for Long Bills", "We present Ibis.", "2025-06-01", None, "10.9999/ibis",
            (("Kingfisher", "We initialise Ibis from Kingfisher [3].", "methodology", False),),
        ),
        Bird(6, "Bittern", "Bittern in the Reeds of Memory", "", "1999"),
    )
}  # fmt: skip


def citing(name: str) -> list[tuple[Bird, tuple[str, str, str, bool]]]:
    """Who cites a bird, with the citation."""
    return [(bird, cite) for bird in BIRDS.values() for cite in bird.cites if cite[0] == name]


# -- Semantic Scholar --------------------------------------------------------------------------------------


def s2_record(bird: Bird) -> dict[str, Any]:
    outer = {"ArXiv": bird.arxiv, "DOI": bird.doi, "CorpusId": bird.number}
    return {
        "paperId": bird.sha, "corpusId": bird.number, "title": bird.title, "abstract": bird.abstract or None,
        "externalIds": {name: value for name, value in outer.items() if value}, "venue": "", "journal": None,
        "authors": [{"authorId": str(bird.number), "name": f"{bird.name} Feather"}],
        "year": int(bird.date[:4]), "publicationDate": bird.date if len(bird.date) == 10 else None,
        "referenceCount": len(bird.cites), "citationCount": len(citing(bird.name)),
    }  # fmt: skip


def _s2_citation(cite: tuple[str, str, str, bool], end: str, other: Bird) -> dict[str, Any]:
    _, sentence, intent, influential = cite
    return {
        "contexts": [sentence] if sentence else [], "intents": [intent], "isInfluential": influential,
        "contextsWithIntent": [{"context": sentence, "intents": [intent]}] if sentence else [], end: s2_record(other),
    }  # fmt: skip


def _s2_named(name: str) -> Bird | None:
    kind, _, rest = name.rpartition(":")
    for bird in BIRDS.values():
        own = {"": bird.sha, "ARXIV": bird.arxiv, "DOI": bird.doi, "CorpusId": str(bird.number)}.get(kind)
        if own == rest:
            return bird
    return None


def semantic_scholar(asked: Asked, page: int = 1000) -> Said:
    """As https://api.semanticscholar.org/api-docs/graph describes it; `page` is the most that a page holds."""
    if asked.path == "/graph/v1/paper/batch":
        names = dict(asked.json())["ids"]  # type: ignore[call-overload]
        found = [_s2_named(name) for name in names]
        if not any(found):
            return Said.of({"error": "No valid paper ids given"}, 400)
        return Said.of([s2_record(b) | _s2_nested(b, asked.query["fields"]) if b else None for b in found])
    if asked.path == "/graph/v1/paper/search/match":  # the nearest there is, however far
        first = asked.query["query"].split()[0].strip(":,").lower()
        nearest = [s2_record(b) | {"matchScore": 99.0} for b in BIRDS.values() if first == b.name.lower()]
        return Said.of({"data": nearest}) if nearest else Said.of({"error": "Title match not found"}, 404)
    name, _, direction = asked.path.removeprefix("/graph/v1/paper/").partition("/")
    if direction not in ("references", "citations"):
        name, direction = asked.path.removeprefix("/graph/v1/paper/"), ""
    bird = _s2_named(name)
    if bird is None:
        return Said.of({"error": f"Paper with id {name} not found"}, 404)
    if not direction:
        return Said.of(s2_record(bird))
    if direction == "references":
        items = [_s2_citation(cite, "citedPaper", BIRDS[cite[0]]) for cite in bird.cites]
    else:
        items = [_s2_citation(cite, "citingPaper", other) for other, cite in citing(bird.name)]
    offset, limit = int(asked.query["offset"]), min(int(asked.query["limit"]), page)
    if offset + limit >= 10_000:
        return Said.of({"error": "offset + limit must be < 10000"}, 400)
    said: dict[str, Any] = {"offset": offset, "data": items[offset : offset + limit]}
    if offset + limit < len(items):
        said["next"] = offset + limit
    return Said.of(said)


def _s2_nested(bird: Bird, fields: str) -> dict[str, Any]:
    if "references.externalIds" not in fields:
        return {}
    cited = [s2_record(BIRDS[cite[0]]) for cite in bird.cites]
    return {"references": [{name: one[name] for name in ("paperId", "externalIds", "title")} for one in cited]}


# -- OpenAlex ----------------------------------------------------------------------------------------------

OPENALEX_KEY = "k3y"


def openalex_record(bird: Bird) -> dict[str, Any]:
    link = f"http://arxiv.org/abs/{bird.arxiv}" if bird.arxiv else None
    return {
        "id": f"https://openalex.org/{bird.work}", "doi": f"https://doi.org/{bird.doi}" if bird.doi else None,
        "title": bird.title, "publication_date": f"{bird.date}-01-01"[:10], "publication_year": int(bird.date[:4]),
        "authorships": [{"author": {"display_name": f"{bird.name} Feather"}}],
        "locations": [{"landing_page_url": link, "source": None}], "primary_location": None,
        "abstract_inverted_index": inverted(bird.abstract) if bird.abstract else None,
        "referenced_works": [f"https://openalex.org/{BIRDS[cite[0]].work}" for cite in bird.cites],
    }  # fmt: skip


def _work_named(bird: Bird, kind: str) -> str:
    return bird.work if kind == "openalex" else bird.doi or f"10.48550/arxiv.{bird.arxiv}"


def openalex(asked: Asked, page: int = 100) -> Said:
    """As https://developers.openalex.org describes it."""
    if asked.query.get("api_key") != OPENALEX_KEY:
        return Said.of({"error": "Unauthorized", "message": "A valid API key is required."}, 401)
    name = asked.path.removeprefix("/works").lstrip("/")
    if name:
        bird = next((b for b in BIRDS.values() if name in (b.work, f"doi:{b.doi}")), None)
        return Said.of(openalex_record(bird)) if bird else Said.of({"error": "Not found"}, 404)
    kind, _, values = asked.query["filter"].partition(":")
    wanted = values.split("|")
    if kind == "cites":
        found = [other for bird in BIRDS.values() if bird.work == values for other, _ in citing(bird.name)]
    else:
        found = [bird for bird in BIRDS.values() if _work_named(bird, kind) in wanted]
    start = 0 if asked.query.get("cursor", "*") == "*" else int(asked.query["cursor"])
    following = str(start + page) if start + page < len(found) + page and found[start : start + page] else None
    works = [openalex_record(bird) for bird in found[start : start + page]]
    return Said.of({"meta": {"count": len(found), "next_cursor": following}, "results": works})


# -- Crossref and OpenCitations ----------------------------------------------------------------------------


def crossref_record(bird: Bird) -> dict[str, Any]:
    parts = [int(part) for part in bird.date.split("-")]
    cited = [BIRDS[cite[0]] for cite in bird.cites]
    relation = {"has-preprint": [{"id-type": "arxiv", "id": f"arXiv:{bird.arxiv}"}]} if bird.arxiv else {}
    return {
        "DOI": (bird.doi or "").upper(), "title": [bird.title], "author": [{"given": bird.name, "family": "Feather"}],
        "issued": {"date-parts": [parts]}, "container-title": ["Wading"], "is-referenced-by-count": 1, "relation": relation,
        "reference": [{"key": str(b.number), **({"DOI": b.doi} if b.doi else {"article-title": b.title})} for b in cited],
    }  # fmt: skip


def crossref(asked: Asked) -> Said:
    """As https://api.crossref.org answers."""
    found = {bird.doi: bird for bird in BIRDS.values() if bird.doi}
    doi = asked.path.removeprefix("/works").lstrip("/")
    if doi:
        if doi not in found:
            return Said(404, b"Resource not found.", {"Content-Type": "text/plain"})
        return Said.of({"status": "ok", "message-type": "work", "message": crossref_record(found[doi])})
    wanted = [value.removeprefix("doi:") for value in asked.query["filter"].split(",")]
    items = [crossref_record(found[value]) for value in wanted if value in found]
    return Said.of(
        {"status": "ok", "message-type": "work-list", "message": {"items": items, "total-results": len(items)}}
    )


def opencitations(asked: Asked) -> Said:
    """As https://api.opencitations.net/index/v2 answers: an empty list for what it does not know."""
    what, _, doi = asked.path.removeprefix("/index/v2/").partition("/doi:")
    bird = next((b for b in BIRDS.values() if b.doi == doi), None)
    others: list[Bird] = []
    if bird:
        others = [BIRDS[c[0]] for c in bird.cites] if what == "references" else [o for o, _ in citing(bird.name)]
    end = "cited" if what == "references" else "citing"
    return Said.of([{"oci": f"1-{o.number}", end: f"omid:br/06{o.number} {_doi(o)}".strip()} for o in others])


def _doi(bird: Bird) -> str:
    return f"doi:{bird.doi}" if bird.doi else f"doi:10.48550/arxiv.{bird.arxiv}" if bird.arxiv else ""


# -- Hugging Face ------------------------------------------------------------------------------------------

MODELS = {
    "birds/egret-7b": [],
    "birds/heron-7b": ["base_model:birds/egret-7b", "base_model:finetune:birds/egret-7b", "arxiv:2401.00011"],
    "birds/heron-7b-chat": ["base_model:birds/heron-7b", "base_model:finetune:birds/heron-7b"],
    "nests/heron-7b-gguf": ["base_model:birds/heron-7b", "base_model:quantized:birds/heron-7b"],
    "nests/chat-merge": ["base_model:birds/heron-7b-chat", "base_model:merge:birds/heron-7b-chat"],
}
"""The hub's models with their tags."""


def hub(asked: Asked) -> Said:
    """As https://huggingface.co/docs/hub/api describes it; no model has a card of its own."""
    if asked.path == "/api/models":
        found = [name for name, tags in MODELS.items() if asked.query["filter"] in tags]
        return Said.of([{"id": name, "tags": MODELS[name], "createdAt": "2025-01-01T00:00:00.000Z"} for name in found])
    name = asked.path.removeprefix("/api/models/")
    if name not in MODELS:
        return Said.of({"error": "Not found"}, 404)
    return Said.of({"id": name, "tags": MODELS[name], "createdAt": "2025-01-01T00:00:00.000Z"})


def everything(asked: Asked) -> Said:
    """All services on one server, each below its own path."""
    for start, service in (("/graph/", semantic_scholar), ("/index/", opencitations)):
        if asked.path.startswith(start):
            return service(asked)
    for start, service in (("/openalex", openalex), ("/crossref", crossref), ("/hub", hub)):
        if asked.path.startswith(start):
            return service(Asked(asked.method, asked.path.removeprefix(start), asked.query, asked.headers, asked.body))
    return Said(404, b"")


def environment(base: str) -> Mapping[str, str]:
    """What makes begat ask this server."""
    return {
        "BEGAT_S2_URL": f"{base}/graph/v1", "BEGAT_OPENALEX_URL": f"{base}/openalex", "BEGAT_CROSSREF_URL": f"{base}/crossref",
        "BEGAT_OPENCITATIONS_URL": f"{base}/index/v2", "OPENALEX_API_KEY": OPENALEX_KEY, "BEGAT_HUB_URL": f"{base}/hub",
    }  # fmt: skip


def shas(*names: str) -> Iterator[str]:
    return (BIRDS[name].sha for name in names)
