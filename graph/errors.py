"""Every error that begat raises on purpose.

The command line prints an error's text as one line and exits with its `exit_code`; so each message says
what was wrong, where, and what to do about it.
"""

from collections.abc import Collection, Sequence
from difflib import get_close_matches


def meant(name: str, known: Collection[str]) -> str:
    """What may have been meant by a name that none of `known` has: the nearest of them, or any.

    >>> meant("turtel", ["turtle", "trig"])
    "did you mean 'turtle'?"
    """
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"


class BegatError(Exception):
    """The base of all: something that the user can understand and mend."""

    exit_code = 1


class UsageError(BegatError):
    """The call itself is wrong: an unknown option value, an undeclared parameter."""

    exit_code = 2


class SourceError(BegatError):
    """A source cannot be read at all (missing, not a text, no known format)."""


class ServiceError(BegatError):
    """A service on the web does not answer as it should; what came before is kept."""


class RefusedError(ServiceError):
    """A service will not answer this request, however often it is asked. `answer` is what it says instead."""

    def __init__(self, message: str, answer: bytes = b"") -> None:
        self.answer = answer
        super().__init__(message)


class NotCachedError(ServiceError):
    """Offline, and the answer is not in the cache."""


class GraphError(BegatError):
    """A graph file is missing, is not one, is damaged, or comes from a newer begat."""


class EvidenceError(BegatError):
    """A quote does not stand at its place in its document."""


class QueryError(BegatError):
    """A query is not understood, not allowed, or ran past its limits."""


class NotFoundError(BegatError):
    """A name is nowhere in the graph. `suggestions` holds the nearest names, best first; without any, `remedy` is told."""

    def __init__(
        self,
        name: str,
        suggestions: Sequence[str] = (),
        remedy: str = "search for a word of its name, or build from more",
    ) -> None:
        self.name = name
        self.suggestions = tuple(suggestions)
        nearest = f"did you mean {', '.join(map(repr, suggestions))}?" if suggestions else ""
        super().__init__(f"{name!r} is not in the graph; {nearest or remedy}")
