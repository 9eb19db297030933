"""In: sources yield Documents, mining turns their texts into Assertions."""

from begat.loaders.inputs import asked_metadata, metadata, read
from begat.loaders.sources import FORMATS, Problem, Severity

__all__ = ["FORMATS", "Problem", "Severity", "asked_metadata", "metadata", "read"]
