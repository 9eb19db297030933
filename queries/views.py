"""Where the engines keep their views of a graph: beside it, named after exactly what they show.

`graph.begat.views/cypher-KEY`: KEY names the content of the truth (its stamp), the engine's version and the code
that made the view, so that a view that is found is never stale. It is written under another name and moved into
place whole. Where nothing can be written, views are built in memory, every time.
"""

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from begat.graph.store import Store


def kept(store: Store, kind: str, package: str, modules: Iterable[str], build: Callable[[Path], None]) -> Path | None:
    """The view `kind` of what `store` holds now; where there is none, `build` writes it to the path that it gets.

    `package` is the engine's distribution, `modules` those that say what the view shows. None where the folder
    cannot be written. Errors of `build` other than OSError come through.
    """
    folder = store.path.with_name(store.path.name + ".views")
    digest = hashlib.sha256("\x1f".join([store.stamp, package, version(package), *map(_source, modules)]).encode())
    path = folder / f"{kind}-{digest.hexdigest()[:24]}"
    if path.exists():
        return path
    new = folder / f".{kind}-{os.getpid()}-{time.time_ns()}"
    try:
        folder.mkdir(exist_ok=True)
        build(new)
        new.rename(path)
    except OSError:
        _delete(new)
        # A folder that another process moved into place first is as good as ours.
        return path if path.exists() else None
    except BaseException:
        _delete(new)
        raise
    _clean(folder, kind, path)
    return path


def _source(module: str) -> str:
    spec = find_spec(module)
    assert spec and spec.origin
    return Path(spec.origin).read_text(encoding="utf-8")


DAY = 24 * 60 * 60


def _clean(folder: Path, kind: str, current: Path) -> None:
    """Delete the views of older content, and what a killed process left half written."""
    for path in folder.iterdir():
        half = path.name.startswith(f".{kind}-") and path.stat().st_mtime < time.time() - DAY
        if half or (path.name.startswith(f"{kind}-") and path != current):
            _delete(path)


def _delete(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
