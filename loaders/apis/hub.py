"""The Hugging Face Hub: a model's card with what it declares, and the models that declare to descend from it.

`api/models/ORG/MODEL` tells what the hub knows of a model (https://huggingface.co/docs/hub/api), its card is the README of
its repository, and `api/models?filter=base_model:ORG/MODEL` lists its descendants, each with tags that say the kind of
descent (`base_model:finetune:ORG/MODEL`). 500 requests in five minutes are free for all
(https://huggingface.co/docs/hub/rate-limits); a model that there is not looks like one that is private.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

from begat.graph.errors import RefusedError, ServiceError
from begat.graph.model import Document
from begat.loaders.apis.client import Client, is_json, looks_like
from begat.loaders.apis.scheme import Scheme
from begat.loaders.apis.service import Service
from begat.loaders.sources import dates, modelcard
from begat.loaders.sources.input import Input, storable
from begat.loaders.sources.problem import Report

HUB = Service(
    name="hub", title="Hugging Face", base=modelcard.HUB, interval=0.6, hosts=("hf.co",),
    key_variable="HF_TOKEN", key_header="Authorization", largest=16 << 20,
    refusals={
        401: "no such model, or a private one: check its name, or set HF_TOKEN",
        403: "closed to you: accept its terms on its page, and set HF_TOKEN",
    },
)  # fmt: skip
PAGE = 200
"""How many descendants are asked for at once."""
MOST_DESCENDANTS = 1000
"""How many descendants of one model are read, the most downloaded first: well-known ones have tens of thousands."""
_UNDATED = "2022-03-02T23:29:04"
"""What the hub gives as the date of all that was made before it wrote dates down."""
_DESCENDANTS = "/descendants"

_LINK = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/")
_NO_MODELS = frozenset(
    "api blog collections datasets docs learn models organizations papers posts settings spaces".split()
)
"""What stands first in the paths of the hub's other pages."""
_NAME = r"[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?"
_KEY = re.compile(rf"({_NAME}(?:/{_NAME})?)(?:/(?:tree|blob|resolve|raw)/\S*)?/?", re.ASCII)


def model_key(written: str) -> str | None:
    """The key of a model, or of its descendants; None where it is none.

    >>> model_key("https://huggingface.co/org/model/tree/main"), model_key("org/model/descendants")
    ('org/model', 'org/model/descendants')
    """
    written = written.strip()
    asked = written.endswith(_DESCENDANTS)
    written = written.removesuffix(_DESCENDANTS)
    if "://" in written and not _LINK.match(written):
        return None
    found = _KEY.fullmatch(_LINK.sub("", written).split("?")[0].split("#")[0])
    if not found or ".." in found[1] or "--" in found[1] or found[1].split("/")[0] in _NO_MODELS:
        return None
    return found[1] + (_DESCENDANTS if asked else "")


def _models(client: Client, reports: Mapping[str, Report]) -> Iterator[Document]:
    for number, (key, report) in enumerate(reports.items(), 1):
        try:
            if key.endswith(_DESCENDANTS):
                yield from _descendants(client, key.removesuffix(_DESCENDANTS), report)
            elif document := _card(client, key, report):
                yield document
        except ServiceError as error:
            report.error("", "{why}", why=error)
        client.progress(HUB.title, number, len(reports))


# -- one model ---------------------------------------------------------------------------------------------


def _card(client: Client, key: str, report: Report) -> Document | None:
    """The card of a model, with the hub's own tags; one that the hub moved is read under its new name."""
    answer = client.get(HUB, f"api/models/{key}", check=is_json)
    if not answer.found:
        report.error("", "the hub has no such model; check its name")
        return None
    about = _object(answer.json(), answer.url)
    repository = _repository(about) or key
    found = modelcard.of_repository(
        Input(report.source, repository, BytesIO(_readme(client, repository, report)), report), repository, _tags(about)
    )
    return _dated(found, about) if found else None


def _readme(client: Client, repository: str, report: Report) -> bytes:
    """The card's text; where there is none, or it is closed, what the hub lists is all there is, and that is told."""
    try:
        answer = client.get(HUB, f"{repository}/resolve/main/README.md", check=_is_no_page)
    except RefusedError as error:
        report.warning("", "{why}; only the hub's tags were read", why=error)
        return b""
    if not answer.found:
        report.warning("", "has no card: only the hub's tags were read")
    return answer.body if answer.found else b""


def _is_no_page(body: bytes) -> str | None:
    """A Check: the body is no web page (a card may well begin with some HTML)."""
    return looks_like(body) if body[:500].lstrip().lower().startswith((b"<!doctype html", b"<html")) else None


# -- its descendants ---------------------------------------------------------------------------------------


def _descendants(client: Client, base: str, report: Report) -> Iterator[Document]:
    met: set[str] = set()
    answer = client.get(
        HUB, "api/models",
        {"filter": f"base_model:{base}", "sort": "downloads", "direction": -1, "limit": PAGE}, check=is_json,
    )  # fmt: skip
    while True:
        listed = answer.json()
        if not isinstance(listed, list):
            raise ServiceError(f"{HUB.title}: {answer.url}: not a list of models; try again later")
        models = {name: model for model in listed if isinstance(model, dict) and (name := _repository(model))}
        if len(models) < len(listed):
            report.warning("", "names no model in {n} of its entries: passed over", n=len(listed) - len(models))
        new = {name: model for name, model in models.items() if name not in met}
        met.update(new)
        for name, model in new.items():
            yield _descendant(name, model, base, report)
        if not answer.next:
            break
        if not new:
            raise ServiceError(f"{HUB.title}: {answer.url}: hands out the same page again; the rest is missing")
        if len(met) >= MOST_DESCENDANTS:
            report.warning("", "has more descendants: the {n} most downloaded were read", n=len(met))
            return
        answer = client.get(HUB, answer.next, check=is_json)
    if not met:
        report.warning("", "the hub knows of no model that descends from it")


def _descendant(repository: str, model: Mapping[str, Any], base: str, report: Report) -> Document:
    """A model of a list, with what the hub's tags say of its descent from the base; other bases' lists say the rest."""
    tags = _tags(model)
    of_base = [tag for tag in tags if tag.lower().endswith(f":{base.lower()}")]  # none where the base has moved
    document = Document(
        id=repository,
        text="",
        title=repository.rpartition("/")[2],
        declared=modelcard.listed(repository, of_base or tags),
        paper=False,
        source=report.source,
    )
    return _dated(document, model)


# -- what both say -----------------------------------------------------------------------------------------


def _dated(document: Document, about: Mapping[str, Any]) -> Document:
    created = str(about.get("createdAt") or "")
    return replace(
        document,
        date=document.date or (None if created.startswith(_UNDATED) else dates.iso(created)),
        url=modelcard.address(document.id),
    )


def _object(value: object, url: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ServiceError(f"{HUB.title}: {url}: not what it says of a model; try again later")
    return value


def _repository(about: Mapping[str, Any]) -> str | None:
    """The name that the hub gives a model; None where it is none, since paths are made of it."""
    name = about.get("id")
    return name if isinstance(name, str) and model_key(name) == name and not name.endswith(_DESCENDANTS) else None


def _tags(about: Mapping[str, Any]) -> list[str]:
    tags = about.get("tags")
    return [storable(tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


MODELS = Scheme(
    "hf",
    "a model of the Hugging Face Hub, or with /descendants what descends from it",
    "hf:org/model",
    model_key,
    _models,
)
