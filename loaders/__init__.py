"""In: sources yield Documents, mining turns their texts into Assertions."""

from begat.loaders.inputs import NO_FILES, asked_metadata, expect, is_empty, metadata, read
from begat.loaders.sources import FORMATS, Problem, Severity

__all__ = ["FORMATS", "NO_FILES", "Problem", "Severity", "asked_metadata", "expect", "is_empty", "metadata", "read"]
