"""begat: who descends from whom in research, every relation with the sentence that states it.

>>> import begat
>>> graph = begat.build(["papers.jsonl"], "my.begat")      # doctest: +SKIP
>>> print(graph.lineage("Orca 2").tree())                  # doctest: +SKIP
"""

from begat.api import Graph, build, diff, enrich, grow, open, remove
from begat.graph.errors import BegatError, NotFoundError

__all__ = ["BegatError", "Graph", "NotFoundError", "__version__", "build", "diff", "enrich", "grow", "open", "remove"]
__version__ = "0.1.0"
