"""What can be drawn: works with the edges between them, whatever question they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from begat.graph.model import Edge, Node, Statement


class Tone(StrEnum):
    """How a work stands in a scene where it is neither what the scene is about nor one of many like it."""

    OUTSIDE = "outside"
    """Shown for what it gave or took, and not of the family itself."""
    COMMON = "common"
    """An ancestor of both that are compared."""
    PARTING = "parting"
    """A common ancestor after which their ways part."""


class Scene(Protocol):
    """Works with the edges between them: a lineage, a family, a comparison, an excerpt.

    `title` heads it in plain words; `marked` are the ids of the works that it is about, whose line is drawn straight
    and first. `variants` maps a node that stands for several to all of them, itself first, and `labels` what its box
    is called; of `edges`, those of the others are told with it and not drawn. `tones` says which nodes stand out or
    back, `steps` how far each is from what is asked about, where that has a meaning. The rest is as in `Lineage`.
    """

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def marked(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def nodes(self) -> tuple[Node, ...]: ...  # noqa: D102
    @property
    def edges(self) -> tuple[Edge, ...]: ...  # noqa: D102
    @property
    def evidence(self) -> Mapping[Edge, tuple[Statement, ...]]: ...  # noqa: D102
    @property
    def introduced_by(self) -> Mapping[str, Node]: ...  # noqa: D102
    @property
    def papers(self) -> Mapping[str, Node]: ...  # noqa: D102
    @property
    def steps(self) -> Mapping[str, int]: ...  # noqa: D102
    @property
    def labels(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def variants(self) -> Mapping[str, tuple[Node, ...]]: ...  # noqa: D102
    @property
    def tones(self) -> Mapping[str, Tone]: ...  # noqa: D102
    @property
    def truncated(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Any works with edges between them, as a Scene."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    title: str = ""
    marked: tuple[str, ...] = ()
    evidence: Mapping[Edge, tuple[Statement, ...]] = field(default_factory=dict)
    introduced_by: Mapping[str, Node] = field(default_factory=dict)
    papers: Mapping[str, Node] = field(default_factory=dict)
    steps: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    tones: Mapping[str, Tone] = field(default_factory=dict)
    truncated: str | None = None
