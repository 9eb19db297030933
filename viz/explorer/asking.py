"""What an address asks for: read from its query, checked, and written back so that a view can be shared."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import quote, urlencode

from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import QueryParams

from begat.graph.errors import UsageError
from begat.graph.vocabulary import LINEAGE, NodeType, Relation

DIRECTIONS = ("both", "ancestors", "descendants")
FEW, MANY, KEPT = 80, 250, 800
"""Works in a lineage at first, at most on a page, and at most in a file that is saved or an answer of the API."""
TYPES = tuple(kind for kind in NodeType if kind is not NodeType.AUTHOR)
E = TypeVar("E", bound=StrEnum)


class AnyText(Convertor[str]):
    """A part of an address that may hold whatever an id holds: slashes, and line ends too."""

    regex = r"[\s\S]+"

    def convert(self, value: str) -> str:
        """As it is."""
        return value

    def to_string(self, value: str) -> str:
        """As it is."""
        return value


register_url_convertor("any", AnyText())


def slug(member: StrEnum) -> str:
    """A relation or type as addresses spell it: `fine-tuned-from`, `model`."""
    return member.value.lower().replace("_", "-")


def named(kind: type[E], value: str) -> E:
    """The relation or type that an address spells. Raises UsageError."""
    for member in kind:
        if slug(member) == value.lower().replace("_", "-"):
            return member
    raise UsageError(f"no {kind.__name__.lower()} {value!r}; there are {', '.join(map(slug, kind))}")


def number(query: QueryParams, name: str, low: int, high: int) -> int | None:
    """A whole number of the query, None where it is not given. Raises UsageError."""
    text = query.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 9 or not low <= int(text) <= high:
        raise UsageError(f"{name} must be a whole number from {low} to {high}, not {text[:40]!r}")
    return int(text)


def share(query: QueryParams, name: str) -> float | None:
    """A number from 0 to 1 of the query, None where it is not given. Raises UsageError."""
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise UsageError(f"{name} must be a number from 0 to 1, not {text[:40]!r}")
    return value


def node_address(node_id: str) -> str:
    """The page of a node."""
    return f"/node/{quote(node_id, safe='')}"


def family_address(name: str) -> str:
    """The page of a family."""
    return f"/family/{quote(name, safe='')}"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which lineage of a work is asked for. `first` and `last` are years; None: no limit."""

    node: str
    direction: str = "both"
    relations: tuple[Relation, ...] = LINEAGE
    confidence: float = 0.0
    depth: int | None = None
    first: int | None = None
    last: int | None = None
    types: tuple[NodeType, ...] = TYPES
    most: int = FEW

    @classmethod
    def of(cls, node: str, query: QueryParams) -> "Choice":
        """What a query asks for. Raises UsageError."""
        direction = query.get("direction") or "both"
        if direction not in DIRECTIONS:
            raise UsageError(f"no direction {direction[:40]!r}; there are {', '.join(DIRECTIONS)}")
        relations = {named(Relation, value) for value in query.getlist("relation") if value}
        types = {named(NodeType, value) for value in query.getlist("type") if value}
        return cls(
            node=node,
            direction=direction,
            relations=tuple(r for r in Relation if r in relations) or LINEAGE,
            confidence=share(query, "confidence") or 0.0,
            depth=number(query, "depth", 1, 100),
            first=number(query, "from", 0, 9999),
            last=number(query, "to", 0, 9999),
            types=tuple(t for t in TYPES if t in types) or TYPES,
            most=min(number(query, "most", 2, KEPT) or FEW, MANY),
        )

    def pairs(self) -> list[tuple[str, str]]:
        """The query that asks for it; what is as usual is left out."""
        usual = Choice(self.node)
        found: list[tuple[str, str]] = []
        if self.direction != usual.direction:
            found.append(("direction", self.direction))
        if self.relations != usual.relations:
            found += (("relation", slug(r)) for r in self.relations)
        if self.types != usual.types:
            found += (("type", slug(t)) for t in self.types)
        if self.confidence:
            found.append(("confidence", f"{self.confidence:g}"))
        numbers = (("depth", self.depth), ("from", self.first), ("to", self.last))
        found += ((name, str(value)) for name, value in numbers if value is not None)
        if self.most != usual.most:
            found.append(("most", str(self.most)))
        return found

    def address(self, *more: tuple[str, str]) -> str:
        """The page that shows it; `more` of the query, as `("format", "svg")`."""
        query = urlencode([*self.pairs(), *more])
        return f"/lineage/{quote(self.node, safe='')}" + (f"?{query}" if query else "")

    def to_keep(self) -> "Choice":
        """The same as a file that holds all that a file may, unless fewer than usual are asked for."""
        return replace(self, most=max(self.most, KEPT)) if self.most >= FEW else self

    def with_most(self, most: int) -> "Choice":
        """The same with room for more works."""
        return replace(self, most=most)


def address(path: str, pairs: Iterable[tuple[str, object]]) -> str:
    """A path with a query; pairs whose value is None or "" are left out."""
    query = urlencode([(name, str(value)) for name, value in pairs if value not in (None, "")])
    return f"{path}?{query}" if query else path
