"""Tables that programs put into pages, between two marks: `<!-- name: made by benchmarks.… -->` and `<!-- end of name -->`."""

import re
from collections.abc import Sequence
from pathlib import Path


def _between(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {re.escape(name)}: .*? -->\n)(.*?)(<!-- end of {re.escape(name)} -->)", re.DOTALL)


def require(page: Path, *names: str) -> None:
    """End the program where a page cannot be read or lacks the marks of a name: better before the work than after it."""
    try:
        text = page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SystemExit(f"{page}: cannot be read ({error})") from None
    for name in names:
        if not _between(name).search(text):
            raise SystemExit(f"{page}: has no <!-- {name}: … --> and <!-- end of {name} --> to write between")


def write(page: Path, name: str, lines: Sequence[str]) -> None:
    """Put lines between the marks of a page that say this name."""
    require(page, name)
    inside = "\n".join(["", *lines, "", ""])
    text = _between(name).sub(lambda found: found[1] + inside + found[3], page.read_text(encoding="utf-8"))
    page.write_text(text, encoding="utf-8")
