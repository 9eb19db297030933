"""Hugging Face model cards: a README.md whose YAML front matter declares what a model comes from.

The fields are those of https://huggingface.co/docs/hub/model-cards: `base_model` (one or more) with
`base_model_relation`, `datasets`, `model-index` with results, and `arxiv:ID` among the tags. Each becomes an edge of
the card's own model with the field as its evidence. The text is what stands below the front matter.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from begat.graph import ids
from begat.graph.model import Declared, Document, Reference, Thing
from begat.graph.vocabulary import NodeType, Relation
from begat.loaders.sources import page
from begat.loaders.sources.input import Input
from begat.loaders.sources.source import Source

_FRONT = re.compile(r"\s*---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_OF_MODELS = re.compile(r"^(base_model|base_model_relation|model-index|pipeline_tag|library_name|model_name):", re.M)
_ALSO_OF_MODELS = re.compile(r"^(license|tags|datasets|metrics|language):", re.M)
_OF_DATASETS = re.compile(r"^(dataset_info|task_categories|size_categories|configs):", re.M)
_CARD = re.compile(r"^(model card( for|:)?|model:)\s*", re.I)
_CACHED = re.compile(r"models--(.+)--(.+)")
HUB = "https://huggingface.co"
_LONGEST_FRONT = 1 << 20
_DEEPEST = 40

_DESCENT = {
    "finetune": Relation.FINE_TUNED_FROM,
    "adapter": Relation.FINE_TUNED_FROM,
    "quantized": Relation.VARIANT_OF,
    "merge": Relation.USES,
}
"""What the hub's words for `base_model_relation` state; a merge is made of its bases, and trained from none."""
_BASE_TAG = re.compile(rf"base_model:({'|'.join(_DESCENT)}):(\S+)")


def _is_card(input: Input) -> bool:
    front = _FRONT.match(input.opening)
    if not front or _OF_DATASETS.search(front[1]):
        return False
    return bool(_OF_MODELS.search(front[1])) or len(set(_ALSO_OF_MODELS.findall(front[1]))) >= 3


def _card(input: Input) -> Iterator[Document]:
    whole = input.whole()
    if whole is None or not whole.strip():
        return
    front = _FRONT.match(whole)
    if not front:
        input.report.error("", "no front matter (lines of YAML between two lines ---): try --format page")
        return
    yield _described(input, _loaded(front[1], input), whole[front.end() :], None, ())


def of_repository(input: Input, repository: str, tags: Sequence[str]) -> Document | None:
    """The card of `org/model` on the hub, whose name is the repository's, by which other cards mean it.

    `tags` are those that the hub gives it: they know what kind of descent a card means that does not say so (from the
    files that lie there). A card without front matter declares what the tags do. None where it is too long.
    """
    whole = input.whole()
    if whole is None:
        return None
    front = _FRONT.match(whole)
    said = _loaded(front[1], input) if front else {}
    return _described(input, said, whole[front.end() :] if front else whole, repository, tags)


def address(repository: str) -> str:
    """The page of `org/model` on the hub, by which its card and its place in lists are known for one."""
    return f"{HUB}/{repository}"


def listed(repository: str, tags: Sequence[str]) -> tuple[Declared, ...]:
    """What the hub's tags declare of `org/model`: `base_model:finetune:org/base`."""
    model = Thing(NodeType.MODEL, _repository(repository))
    return (Declared(Relation.INTRODUCES, model, "id", repository), *_tagged(tags, model))


def _described(
    input: Input, said: Mapping[str, Any], text: str, repository: str | None, hub: Sequence[str]
) -> Document:
    read = page.document(input, text)
    name = _repository(repository) if repository else _name(said, read, input)
    tags = [Reference(arxiv=arxiv) for tag in (*_strings(said.get("tags")), *hub) if (arxiv := _arxiv(tag))]
    known = {reference.arxiv for reference in read.references}
    folder = _folder(input) or input.stem
    if not repository and input.stem.lower() == "readme" and (cached := _CACHED.fullmatch(folder)):
        repository = f"{cached[1]}/{cached[2]}"
    return replace(
        read,
        id=repository or (folder if input.stem.lower() == "readme" else input.stem),
        url=address(repository) if repository else None,
        title=read.title or name,
        references=(*read.references, *(tag for tag in dict.fromkeys(tags) if tag.arxiv not in known)),
        declared=_all_declared(said, Thing(NodeType.MODEL, name), hub) if name else (),
    )


def _all_declared(said: Mapping[str, Any], model: Thing, hub: Sequence[str]) -> tuple[Declared, ...]:
    """What the card declares; of bases whose kind of descent it leaves unsaid, what the hub's tags say."""
    own = list(_declared(said, model))
    if not _strings(said.get("base_model_relation")):
        tagged = list(_tagged(hub, model))
        known = {item.object for item in tagged}
        own = [item for item in own if item.field != "base_model" or item.object not in known] + tagged
    return tuple(dict.fromkeys(own))


def _tagged(tags: Sequence[str], model: Thing) -> Iterator[Declared]:
    for tag in tags:
        if (found := _BASE_TAG.fullmatch(tag)) and (base := _repository(found[2])) != model.name:
            yield Declared(_DESCENT[found[1]], Thing(NodeType.MODEL, base), "tags", tag, model)


def _arxiv(tag: str) -> str | None:
    return ids.arxiv_id(tag) if tag.lower().startswith("arxiv:") else None


# -- the front matter --------------------------------------------------------------------------------------


def _loaded(front: str, input: Input) -> Mapping[str, Any]:
    """The front matter's fields. Only plain values: no tags that make objects, no aliases that multiply."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if refused := _refused(front, loader):
            input.report.error("line 1", "the front matter is {why}: nothing of it is read", why=refused)
            return {}
        said = yaml.load(front, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        why = " ".join(str(error).split())[:120]
        input.report.error("line 1", "the front matter is not YAML ({why}): nothing of it is read", why=why)
        return {}
    return said if isinstance(said, dict) else {}


def _refused(front: str, loader: Any) -> str | None:
    """Why front matter must not be loaded: a few lines of YAML can stand for a billion."""
    import yaml

    if len(front) > _LONGEST_FRONT:
        return "longer than a million characters"
    depth = 0
    for event in yaml.parse(front, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            return "YAML with aliases (*name)"
        if depth > _DEEPEST:
            return "nested too deeply"
    return None


def _strings(value: object) -> list[str]:
    """A field that is one name or a list of them."""
    items: Iterable[object] = value if isinstance(value, list) else [value]
    return [" ".join(item.split()) for item in items if isinstance(item, str) and item.strip()]


def _objects(value: object) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


# -- what it declares --------------------------------------------------------------------------------------


def _name(said: Mapping[str, Any], read: Document, input: Input) -> str | None:
    """The model's own name: a field's, the folder's in a hub cache, the card's heading, the folder's or file's."""
    fields = [*_strings(said.get("model_name")), *(n for i in _objects(said.get("model-index")) for n in _strings(i.get("name")))]  # fmt: skip
    folder = _folder(input)
    cached = _CACHED.search(folder or "")
    heading = _CARD.sub("", read.title or "").strip("*_` ")
    if fields:
        return fields[0]
    if cached:
        return cached[2]
    if heading and len(heading.split()) <= 5:
        return heading
    return folder if input.stem.lower() == "readme" else input.stem


def _folder(input: Input) -> str | None:
    """The folder that a card lies in; of a hub cache the one that is named for the model."""
    folders = PurePosixPath(input.source).parts[:-1]
    cached = next((folder for folder in folders if _CACHED.fullmatch(folder)), None)
    return cached or next((folder for folder in reversed(folders) if folder.strip("./")), None)


def _declared(said: Mapping[str, Any], model: Thing) -> Iterator[Declared]:
    """The edges of the card's model, and that the card introduces it."""
    yield Declared(Relation.INTRODUCES, model, "model_name", model.name)
    bases = _strings(said.get("base_model"))
    descent = _descent(_strings(said.get("base_model_relation")), bases)
    for base in bases:
        if _repository(base) != model.name:
            yield Declared(descent, Thing(NodeType.MODEL, _repository(base)), "base_model", base, model)
    for dataset in _strings(said.get("datasets")):
        yield Declared(Relation.TRAINED_ON, Thing(NodeType.DATASET, _repository(dataset)), "datasets", dataset, model)
    for entry in _objects(said.get("model-index")):
        for result in _objects(entry.get("results")):
            for tested_on in _objects(result.get("dataset")):
                for name in _strings(tested_on.get("name") or tested_on.get("type")):
                    tested = Thing(NodeType.MODEL, next(iter(_strings(entry.get("name"))), model.name))
                    yield Declared(
                        Relation.EVALUATED_ON, Thing(NodeType.DATASET, _repository(name)), "model-index", name, tested
                    )


def _descent(stated: list[str], bases: list[str]) -> Relation:
    """What the card's relation means; unsaid, several bases are a merge and one is fine-tuned, as the hub infers."""
    named = _DESCENT.get(stated[0].lower()) if stated else None
    return named or (Relation.USES if len(bases) > 1 else Relation.FINE_TUNED_FROM)


def _repository(name: str) -> str:
    """`org/model` without the organisation: texts name models without it."""
    return name.rpartition("/")[2] if name.count("/") == 1 and " " not in name else name


MODEL_CARD = Source("modelcard", "a Hugging Face model card (README.md)", _is_card, _card)
