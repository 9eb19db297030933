"""Annotated documents, from which the judges learn: one JSON record a document, as GUIDELINES describe them.

{"id", "title", "entities": [{"name", "type", "aliases", "introduced", "generic", "optional"}],
"relations": [{"subject", "type", "object", "also", "alt_subjects", "alt_objects", "generic", "optional"}]}
"""

import argparse
import json
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from begat import loaders
from begat.graph.model import Thing
from begat.graph.vocabulary import NodeType, Relation
from begat.loaders.mining.hands import MAIN
from begat.loaders.mining.reading import Name, Reading
from begat.loaders.mining.readings import readings
from begat.loaders.sources import Problem

Record = dict[str, Any]
PAPER = "@paper"
_GAPS = re.compile(r"[\s\-–—_'’\"`.]+")
_PLURAL = re.compile(r"[a-z]{2}[^\Ws\d]s$")


def fold(name: str) -> str:
    """A name without what the scorer does not look at: accents, case, spaces, hyphens, quotes, a plural s."""
    name = unicodedata.normalize("NFKD", name)
    name = _GAPS.sub("", "".join(c for c in name if not unicodedata.combining(c)).casefold())
    return name[:-1] if _PLURAL.search(name) else name


def identifier(written: str) -> str:
    """A document's id as records write it: without the hash of a page's file, the version of an arXiv id."""
    written = re.sub(r"^(\d{3})_[0-9a-f]{16}", r"\1", written.strip())
    return re.sub(r"^(\d{4}\.\d{4,5})v\d+$", r"\1", written)


def annotated(gold: Path, sources: Sequence[str], metadata: Sequence[str] = ()) -> list[tuple[Record, Reading]]:
    """The records of a gold file with the readings of their documents, found in `sources` by id.

    A document without a title takes it from `metadata`, or from its record. Records of documents that are in none
    of the sources are left out.
    """
    with gold.open(encoding="utf-8") as lines:
        records = {identifier(r["id"]): r for line in lines if line.strip() for r in [json.loads(line)]}
    titles = {
        fact.key.removeprefix("arxiv:"): fact.title
        for file in metadata
        for fact in loaders.metadata(file, on_problem=_pass)
    }
    found: dict[str, Reading] = {}
    for document in loaders.read(sources, on_problem=_pass):
        name = identifier(document.id)
        if name in records and name not in found:
            title = document.title or titles.get(name) or records[name].get("title")
            found[name] = readings(replace(document, title=title))[0]
    return [(record, found[name]) for name, record in records.items() if name in found]


def collected(sets: Sequence[Sequence[str]], metadata: Sequence[str] = ()) -> list[list[tuple[Record, Reading]]]:
    """The annotated readings of each of several golds, given as [GOLD, SOURCE…], the main one first.

    Each gold is looked up in its own sources only: two may have records of one id for different texts. Records are told
    which gold they are of (`hand`).
    """
    found = [annotated(Path(file), sources, metadata) for file, *sources in sets]
    for number, pairs in enumerate(found):
        for record, _ in pairs:
            record["hand"] = number
    return found


def hand(record: Record) -> int:
    """The number of the gold that a record is of (`hands.MAIN`: the main one)."""
    return int(record.get("hand", MAIN))


def options(parser: argparse.ArgumentParser) -> None:
    """The options by which a learning script is told its golds; `golds` makes sets of them."""
    parser.add_argument("gold", help="annotated records (JSON Lines)")
    parser.add_argument("sources", nargs="+", help="where the annotated documents are")
    parser.add_argument(
        "--also", nargs="+", action="append", default=[], metavar=("GOLD", "SOURCE"), help="another gold, its sources"
    )
    parser.add_argument("--metadata", action="append", default=[], help="bibliographic facts, for titles")


def golds(given: argparse.Namespace) -> list[list[tuple[Record, Reading]]]:
    """The annotated readings of each gold that a learning script was given by `options`, the main one first."""
    return collected([[given.gold, *given.sources], *given.also], given.metadata)


def _pass(problem: Problem) -> None:
    """Sources of examples may hold what cannot be read; whatever has a record can."""


def part(identifier: str, parts: int) -> int:
    """Which of `parts` equal parts of the gold a document is in, whatever else is in the gold.

    Every judge that is cross-validated uses this, so that none has seen what another is measured on.
    """
    return zlib.crc32(identifier.encode()) % parts


def _pattern(form: str) -> str:
    pieces = [re.escape(p) for p in re.split(r"[\s\-–—_]+", form) if p]
    body = r"[\s\-–—_]*".join(pieces)
    start = r"(?<![^\W_])" if form[:1].isalnum() else ""
    end = r"(?:['’]?s)?(?![^\W_])" if form[-1:].isalnum() else ""
    return start + body + end


def project(reading: Reading, record: Record) -> list[Name]:
    """The record's entities as names, wherever the reading names them, generic ones too; longest first."""
    forms = [
        (form, number)
        for number, entity in enumerate(record["entities"])
        for form in dict.fromkeys([entity["name"], *entity.get("aliases", [])])
    ]
    things = [Thing(NodeType(e["type"]), e["name"]) for e in record["entities"]]
    taken = bytearray(len(reading.text) + 1)
    found = []
    for form, number in sorted(forms, key=lambda f: -len(f[0])):
        flags = 0 if len(form) < 5 or form.isupper() else re.IGNORECASE
        for match in re.finditer(_pattern(form), reading.text, flags):
            if any(taken[match.start() : match.end()]):
                continue
            taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
            introduced = 1.0 if record["entities"][number].get("introduced") else 0.0
            found.append(Name(match.start(), match.end(), things[number], 1.0, introduced))
    return sorted(found, key=lambda n: n.start)


def unscored(fact: Record) -> bool:
    """Whether an entity or a relation of a record may be told or not, as one likes."""
    return bool(fact.get("generic") or fact.get("optional"))


class Answers:
    """What a record accepts, as the scorer reads it: names folded to entities, alternatives, what is not scored."""

    def __init__(self, record: Record) -> None:
        self._number: dict[str, int] = {}
        self.unscored: set[int] = set()
        introduced: set[int] = set()
        for number, entity in enumerate(record["entities"]):
            for form in [entity["name"], *entity.get("aliases", [])]:
                self._number.setdefault(fold(form), number)
            if unscored(entity):
                self.unscored.add(number)
            elif entity.get("introduced"):
                introduced.add(number)
        self.introduced = introduced
        self._alone = next(iter(introduced)) if len(introduced) == 1 else None
        self.accepted: dict[tuple[Any, Relation, Any], int] = {}
        self.open: set[tuple[Any, Any]] = set()
        self.relations = record["relations"]
        for index, relation in enumerate(record["relations"]):
            self._add(index, relation)

    def _add(self, index: int, relation: Record) -> None:
        subjects = [self.entity(n) for n in [relation["subject"], *relation.get("alt_subjects", [])]]
        objects = [self.entity(n) for n in [relation["object"], *relation.get("alt_objects", [])]]
        ends = {subjects[0], objects[0]}
        open_ = unscored(relation) or ends & self.unscored
        for subject in subjects:
            for object_ in objects:
                if open_:
                    self.open |= {(subject, object_), (object_, subject)}
                    continue
                for kind in map(Relation, [relation["type"], *relation.get("also", [])]):
                    self.accepted.setdefault((subject, kind, object_), index)
                    if kind is Relation.COMPARED_WITH:
                        self.accepted.setdefault((object_, kind, subject), index)

    def entity(self, name: str) -> Any:
        """The entity that a name is: its number, PAPER, or the folded name itself where the record has none."""
        if name == PAPER:
            return PAPER if self._alone is None else self._alone
        return self._number.get(fold(name), "?" + fold(name))

    def of(self, subject: str, object_: str) -> tuple[dict[Relation, int], bool]:
        """The relations accepted between two names (with the index of each), and whether others are left unscored."""
        s, o = self.entity(subject), self.entity(object_)
        right = {kind: index for (a, kind, b), index in self.accepted.items() if (a, b) == (s, o)}
        return right, (s, o) in self.open or bool({s, o} & self.unscored)
