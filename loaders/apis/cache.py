"""What services answered, kept on disk: a run goes on where it stopped, and needs no network for what it knows.

A file each: a line of JSON (what was asked, when, how long and what the answer is), then the body as it came. Files are
written beside their place and moved to it, so that there is never half of one; a file that is damaged all the same
counts as missing. What was asked is written down without keys and contact addresses.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from begat.graph.errors import BegatError

Question = Mapping[str, object]
"""What was asked, as JSON can write it; the same question has the same answer."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer from the cache."""

    status: int
    body: bytes
    when: float
    """When it came, in seconds since 1970."""
    next: str | None = None
    """Where the service said that the next page is."""


class Cache:
    """A folder of answers; made when the first is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of_user(cls, environment: Mapping[str, str]) -> "Cache":
        """The one that BEGAT_CACHE names, else the user's own: `begat` in XDG_CACHE_HOME or ~/.cache."""
        if named := environment.get("BEGAT_CACHE"):
            return cls(Path(named))
        home = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return cls(Path(home) / "begat")

    def get(self, service: str, question: Question) -> Kept | None:
        """The answer to a question, None where there is none that is whole."""
        try:
            head, _, body = self._place(service, question).read_bytes().partition(b"\n")
            said = json.loads(head)
            if len(body) == said["length"] and _digest(body) == said["digest"] and said["question"] == dict(question):
                return Kept(int(said["status"]), body, float(said["when"]), said["next"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            pass
        return None

    def put(self, service: str, question: Question, kept: Kept) -> None:
        """Keep an answer. Raises BegatError where the folder cannot be written."""
        place = self._place(service, question)
        head = {
            "question": dict(question), "when": kept.when, "status": kept.status, "next": kept.next,
            "length": len(kept.body), "digest": _digest(kept.body),
        }  # fmt: skip
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            _write(place, json.dumps(head).encode() + b"\n" + kept.body)
        except OSError as error:
            raise BegatError(
                f"{self.folder}: the cache cannot be written ({error.strerror}); name another folder with --cache"
            ) from None

    def _place(self, service: str, question: Question) -> Path:
        name = _digest(json.dumps(dict(question), sort_keys=True).encode())
        return self.folder / service / name[:2] / name[2:]


def _write(place: Path, data: bytes) -> None:
    """Write a file whole or not at all, whatever interrupts, and whoever else writes it."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(place)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
