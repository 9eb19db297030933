"""arXiv, its OAI-PMH and the Hugging Face Hub, as they answer about a few birds; every text in it is made up."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from begat.graph import ids
from tests.loaders.apis.birds import BIRDS, Bird
from tests.loaders.apis.loopback import Asked, Said

PAPERS = {bird.arxiv: bird for bird in BIRDS.values() if bird.arxiv}
WITHDRAWN = "2402.00099"

# -- arXiv -------------------------------------------------------------------------------------------------


def atom(entries: str, total: int) -> Said:
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom">'
        f"<id>https://arxiv.org/api/x</id><opensearch:totalResults>{total}</opensearch:totalResults>"
    )
    return Said(200, f"{head}{entries}</feed>".encode(), {"Content-Type": "application/atom+xml"})


def arxiv(asked: Asked) -> Said:
    """As https://info.arxiv.org/help/api/user-manual.html describes it, and a plain error for an id that is none."""
    wanted = [written for written in asked.query["id_list"].split(",") if written]
    for written in wanted:
        if not ids.arxiv_id(written):
            return atom(
                "<entry><id>https://arxiv.org/api/errors#incorrect_id_format</id><title>Error</title>"
                f"<summary>incorrect id format for {escape(written)}</summary></entry>",
                1,
            )
    found = [entry(written) for written in wanted if written in PAPERS or written == WITHDRAWN]
    return atom("".join(found[: int(asked.query.get("max_results", 10))]), len(found))


def entry(written: str) -> str:
    if written == WITHDRAWN:
        return (
            f"<entry><id>http://arxiv.org/abs/{written}v2</id><published>2024-02-09T00:00:00Z</published>"
            "<title>Auk: Flying by Swimming</title><summary>This paper has been withdrawn: it does not fly.</summary>"
            "<author><name>Auk Feather</name></author></entry>"
        )
    bird = PAPERS[written]
    doi = f"<arxiv:doi>{bird.doi}</arxiv:doi>" if bird.doi else ""
    return (
        f"<entry>\n<id>http://arxiv.org/abs/{written}v3</id><published>{bird.date}T10:00:00Z</published>"
        f"<updated>2025-09-09T00:00:00Z</updated><title>{escape(bird.title)}</title>"
        f"<summary>  {escape(bird.abstract)}\n</summary><author><name>{bird.name} Feather</name></author>{doi}"
        f'<link href="http://arxiv.org/pdf/{written}v3" title="pdf"/><category term="cs.CL"/></entry>'
    )


# -- OAI-PMH -----------------------------------------------------------------------------------------------

SET = "cs:cs:CL"


def oai(asked: Asked, page: int = 2, known: bool = True) -> Said:
    """As https://www.openarchives.org/OAI/openarchivesprotocol.html says; `known`: whether its tokens still hold."""
    if token := asked.query.get("resumptionToken"):
        if not known or not token.isdecimal():
            return answer('<error code="badResumptionToken">expired</error>')
        start = int(token)
    elif asked.query.get("set", SET) != SET:
        return answer('<error code="noRecordsMatch">nothing</error>')
    elif asked.query["metadataPrefix"] != "arXiv":
        return answer('<error code="cannotDisseminateFormat">no such format</error>')
    else:
        start = 0
    birds = list(PAPERS.values())
    records = [record(bird) for bird in birds[start : start + page]]
    if start == 0:
        records.append(
            '<record><header status="deleted"><identifier>oai:arXiv.org:2401.99999</identifier></header></record>'
        )
    following = str(start + page) if start + page < len(birds) else ""
    token = f'<resumptionToken completeListSize="{len(birds) + 1}">{following}</resumptionToken>'
    return answer(f"<ListRecords>{''.join(records)}{token}</ListRecords>")


def answer(body: str) -> Said:
    return Said(200, f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{body}</OAI-PMH>'.encode())


def record(bird: Bird) -> str:
    return (
        f"<record><header><identifier>oai:arXiv.org:{bird.arxiv}</identifier></header><metadata>"
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{bird.arxiv}</id><created>{bird.date}</created><authors><author>'
        f"<keyname>Feather</keyname><forenames>{bird.name}</forenames></author></authors><title>{escape(bird.title)}</title>"
        f"<abstract>{escape(bird.abstract)}</abstract></arXiv></metadata></record>"
    )


# -- the hub -----------------------------------------------------------------------------------------------

CARDS: Mapping[str, str] = {
    "birds/egret-7b": "---\nlicense: mit\n---\n# Egret 7B\n\nEgret stands on one leg.\n",
    "birds/heron-7b": (
        "---\nbase_model: birds/egret-7b\ndatasets: [marsh/pond-notes]\ntags: ['arxiv:2401.00011']\n---\n"
        "<p align=center>Heron</p>\n\n# Model Card for Heron\n\nHeron wades.\n"
    ),
    "birds/heron-7b-gguf": "---\nbase_model: birds/heron-7b\n---\nHeron for small ponds.\n",
}
MODELS: Mapping[str, Mapping[str, object]] = {
    "birds/egret-7b": {"createdAt": "2023-01-05T08:00:00.000Z", "tags": ["license:mit"]},
    "birds/heron-7b": {
        "createdAt": "2024-01-02T08:00:00.000Z",
        "tags": ["base_model:birds/egret-7b", "base_model:finetune:birds/egret-7b", "arxiv:2401.00011"],
    },
    "birds/heron-7b-gguf": {
        "createdAt": "2024-02-02T08:00:00.000Z",
        "tags": ["gguf", "base_model:birds/heron-7b", "base_model:quantized:birds/heron-7b"],
    },
    "pond/heron-lora": {"tags": ["base_model:adapter:birds/heron-7b"]},
    "pond/heron-and-egret": {
        "tags": ["base_model:merge:birds/egret-7b", "base_model:merge:birds/heron-7b", "base_model:birds/heron-7b"]
    },
}
MOVED = {"heron-7b": "birds/heron-7b"}


def hub(asked: Asked, page: int = 2) -> Said:
    """As https://huggingface.co/docs/hub/api says; a model that there is not looks like a private one."""
    base = f"http://{asked.headers['host']}/hub"
    if asked.path == "/api/models":
        wanted = asked.query["filter"]
        found = [name for name, about in MODELS.items() if any(fits(t, wanted) for t in about["tags"])]  # type: ignore[attr-defined]
        start = int(asked.query.get("cursor", 0))
        following = urlencode({**asked.query, "cursor": start + page})
        link = {"Link": f'<{base}/api/models?{following}>; rel="next"'} if start + page < len(found) else {}
        listed = [{"id": name, "downloads": 1, **MODELS[name]} for name in found[start : start + page]]
        said = Said.of(listed)
        return Said(200, said.body, {**said.headers, **link})
    if asked.path.startswith("/api/models/"):
        name = asked.path.removeprefix("/api/models/")
        if name in MOVED:
            return Said(307, b"", {"Location": f"/hub/api/models/{quote(MOVED[name])}"})
        if name not in MODELS:
            return Said.of({"error": "Invalid username or password."}, 401)
        return Said.of({"id": name, **MODELS[name]})
    name = asked.path.strip("/").removesuffix("/resolve/main/README.md")
    if name in CARDS:
        return Said(200, CARDS[name].encode(), {"Content-Type": "text/plain; charset=utf-8"})
    return Said(404, b"Entry not found")


def fits(tag: str, wanted: str) -> bool:
    """Whether a filter by `base_model:NAME` means a tag, of whatever kind of descent."""
    return tag.startswith("base_model:") and tag.rpartition(":")[2] == wanted.rpartition(":")[2]


# -- all of them -------------------------------------------------------------------------------------------


def everything(asked: Asked) -> Said:
    """All on one server, each below its own path."""
    for start, service in (("/arxiv", arxiv), ("/list", oai), ("/hub", hub)):
        if asked.path.startswith(start):
            return service(Asked(asked.method, asked.path.removeprefix(start), asked.query, asked.headers, asked.body))
    return Said(404, b"")


def environment(base: str) -> dict[str, str]:
    """What makes begat ask this server."""
    return {
        "BEGAT_ARXIV_URL": f"{base}/arxiv",
        "BEGAT_ARXIV_OAI_URL": f"{base}/list",
        "BEGAT_HUB_URL": f"{base}/hub",
    }
