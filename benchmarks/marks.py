"""Tables that programs put into pages, between two marks."""

import re
from collections.abc import Sequence
from pathlib import Path


def write(page: Path, name: str, lines: Sequence[str]) -> None:
    """Put lines between the marks of a page that say this name: `<!-- name: made by benchmarks.… -->`, `<!-- end of name -->`."""
    text = page.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {re.escape(name)}: .*? -->\n)(.*?)(<!-- end of {re.escape(name)} -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"{page}: has no <!-- {name}: … --> and <!-- end of {name} --> to write between")
    inside = "\n".join(["", *lines, "", ""])
    page.write_text(pattern.sub(lambda found: found[1] + inside + found[3], text), encoding="utf-8")
