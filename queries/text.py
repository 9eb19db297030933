"""Text of others, made safe for a terminal, cut to fit it, and sorted as people sort it."""

import re
import unicodedata

from rich.cells import cell_len, set_cell_size

_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


_NUMBERS = re.compile(r"(\d+)")


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts `llama-7b` before `llama-13b`."""
    return tuple((int(part) if part.isdecimal() else 0, part) for part in _NUMBERS.split(name))


def printable(text: str) -> str:
    """`text` on one line, without what could command a terminal or turn the direction of writing.

    Control characters (escape sequences begin with one) and line ends become spaces.
    """
    if text.isprintable():
        return text
    return "".join(
        "" if char in _TURNING else " " if unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs", "Cn") else char
        for char in text
    )


def cut(text: str, width: int, ending: str = "…") -> str:
    """`text` in at most `width` columns of a terminal (wide characters take two), with `ending` where it is cut."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - len(ending))).rstrip() + ending
