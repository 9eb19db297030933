"""Text gathered piece by piece from the elements of a tree, so that the place of each piece in it is known."""

import re

from begat.loaders.sources.input import storable

_SPACE = re.compile(r"\s+")


class Gathered:
    """A growing text; white space counts as one blank, and none begins a line."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.length = 0
        self._last = "\n"

    @property
    def text(self) -> str:
        """What was gathered."""
        return "".join(self._parts)

    @property
    def end(self) -> int:
        """Where the last word ends: a blank after it may yet be followed by another, or be dropped."""
        return self.length - (self._last == " ")

    def words(self, text: str | None) -> None:
        """Add inline text."""
        words = _SPACE.sub(" ", storable(text or ""))
        if self._last in " \n":
            words = words.lstrip(" ")
        if words:
            self._append(words)

    def part(self, mark: str) -> None:
        """Begin a block of its own, parted by line breaks from what is before; no blank stays at an end."""
        if self._last == " ":
            self._parts[-1] = self._parts[-1][:-1]
            self.length -= 1
        if self.length and self._last != "\n":
            self._append(mark)

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self.length += len(text)
        self._last = text[-1]
