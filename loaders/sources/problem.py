"""What goes wrong while reading: one clear line each, told as it is met; everything else carries on."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

TOLD_OF_A_KIND = 10
"""How many problems of one kind in one source are told singly; the rest are counted in a last line."""


class Severity(StrEnum):
    """What a problem costs."""

    ERROR = "error"
    """Something was not read."""
    WARNING = "warning"
    """All was read, something of it with a doubt."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong: `source` is the file as its documents name it, `place` where in it ("line 7")."""

    source: str
    place: str
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        where = f"{self.source}, {self.place}" if self.place else self.source
        return _printable(f"{where}: {self.message}")


OnProblem = Callable[[Problem], None]


class Report:
    """Tells the problems of one source. The same template means the same kind of problem."""

    def __init__(self, source: str, on_problem: OnProblem) -> None:
        self.source = source
        self._on_problem = on_problem
        self._kinds: Counter[tuple[str, Severity]] = Counter()

    @property
    def errors(self) -> int:
        """How many errors were told since it was made or closed."""
        return sum(count for (_, severity), count in self._kinds.items() if severity is Severity.ERROR)

    @property
    def failed(self) -> bool:
        """Whether an error was told already, which says why there is nothing (more) to read."""
        return self.errors > 0

    def error(self, place: str, template: str, **values: object) -> None:
        """Tell what was not read."""
        self._tell(place, template, Severity.ERROR, values)

    def warning(self, place: str, template: str, **values: object) -> None:
        """Tell what was read with a doubt."""
        self._tell(place, template, Severity.WARNING, values)

    def close(self) -> None:
        """Tell how many more there were of each kind that was met often."""
        for (template, severity), count in self._kinds.items():
            if count > TOLD_OF_A_KIND:
                more = f"{count - TOLD_OF_A_KIND} more of the same: {template.format_map(_Blanks())}"
                self._on_problem(Problem(self.source, "", more, severity))
        self._kinds.clear()

    def _tell(self, place: str, template: str, severity: Severity, values: dict[str, object]) -> None:
        self._kinds[template, severity] += 1
        if self._kinds[template, severity] <= TOLD_OF_A_KIND:
            self._on_problem(Problem(self.source, place, template.format_map(values), severity))


class _Blanks(dict[str, object]):
    """Fills every place of a template with an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def _printable(line: str) -> str:
    """`line` without what could break it or command a terminal (names and texts of others are quoted in it)."""
    return "".join(c if c.isprintable() else "\ufffd" for c in line.replace("\n", " "))
