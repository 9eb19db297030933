"""Authors as records write them, as names in reading order ("Ada Lovelace")."""

import re
from collections.abc import Iterable, Mapping

_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_AND = re.compile(r",?\s+(?:and|&)\s+")


def names(written: object) -> tuple[str, ...]:
    """The people of an authors field: a list of names or of objects with a name, or a string that lists them.

    >>> names("Ada Lovelace, Alan Turing and Grace Hopper")
    ('Ada Lovelace', 'Alan Turing', 'Grace Hopper')
    >>> names("Lovelace, Ada and Turing, Alan")
    ('Ada Lovelace', 'Alan Turing')
    """
    found = _listed(written) if isinstance(written, str) else _each(written)
    return tuple(dict.fromkeys(name for name in (" ".join(name.split()) for name in found) if name))


def _each(written: object) -> list[str]:
    if isinstance(written, Mapping):
        return [_of_object(written)]
    if not isinstance(written, Iterable) or isinstance(written, bytes):
        return []
    return [name for item in written for name in _one(item)]


def _one(item: object) -> list[str]:
    """The name that one item of a list holds."""
    if isinstance(item, str):
        return [_reading_order(item)]
    if isinstance(item, Mapping):
        return [_of_object(item)]
    if isinstance(item, (list, tuple)):  # arXiv's authors_parsed: [last, first, suffix, affiliations…]
        last, *rest = [part for part in item if isinstance(part, str)] or [""]
        return [" ".join([*rest[:1], last, *rest[1:2]])]
    return []


def _of_object(person: Mapping[str, object]) -> str:
    """The name in `{"name": …}`, `{"first": …, "last": …}` or `{"author": {"display_name": …}}`."""
    fields = {re.sub(r"[^a-z]", "", key.lower()): value for key, value in person.items()}
    for key in ("name", "fullname", "displayname", "authorname", "literal"):
        if isinstance(fields.get(key), str):
            return str(fields[key])
    inner = fields.get("author")
    if isinstance(inner, Mapping):
        return _of_object(inner)
    first = fields.get("first") or fields.get("firstname") or fields.get("given") or ""
    last = fields.get("last") or fields.get("lastname") or fields.get("family") or ""
    particle = fields.get("nondroppingparticle") or fields.get("droppingparticle") or ""  # CSL: the "van" of a name
    return f"{first} {particle} {last}"


def _listed(written: str) -> list[str]:
    """The names that a string lists, by the strongest separator it holds."""
    written = written.strip()
    if written.startswith("[") and written.endswith("]"):  # a list, printed into a cell
        return [single or double for single, double in _QUOTED.findall(written)]
    for separator in (";", "|", "\n"):
        if separator in written:
            return [_reading_order(part) for part in written.split(separator)]
    parts = _AND.split(written)
    if all(part.count(",") == 1 for part in parts) and (len(parts) > 1 or _single_surname_first(written)):
        return [_reading_order(part) for part in parts]
    return [name for part in parts for name in part.split(",")]


def _single_surname_first(written: str) -> bool:
    """Whether "Lovelace, Ada" is one person: two people would hardly both have one name."""
    return all(len(part.split()) == 1 for part in written.split(","))


def _reading_order(name: str) -> str:
    """`Lovelace, Ada` as `Ada Lovelace`."""
    last, comma, first = name.partition(",")
    return f"{first} {last}" if comma and "," not in first else name
