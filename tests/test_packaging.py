"""The rooms, as they are installed."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("graph", "loaders", "queries", "viz", "examples")
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]


def folders_with_modules() -> set[str]:
    found = {
        ".".join(("begat", *path.parent.relative_to(ROOT).parts))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "__pycache__" not in path.parts
    }
    return found | {"begat"}


def test_every_folder_that_holds_modules_is_a_package() -> None:
    missing = folders_with_modules() - set(SETUPTOOLS["packages"])
    assert not missing, f"add to packages in pyproject.toml: {sorted(missing)}"


def test_every_data_file_of_the_rooms_is_shipped() -> None:
    patterns = SETUPTOOLS["package-data"]
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            if path.is_dir() or path.suffix in (".py", ".pyc"):
                continue
            package = next(p for p in sorted(SETUPTOOLS["packages"], key=len, reverse=True) if _inside(path, p))
            inside = path.relative_to(_folder(package))
            wanted = [*patterns["*"], *patterns.get(package, [])]
            assert any(inside.match(pattern) for pattern in wanted), f"{path.relative_to(ROOT)} would not be installed"


def _folder(package: str) -> Path:
    return ROOT.joinpath(*package.split(".")[1:]) if package != "begat" else ROOT / "begat"


def _inside(path: Path, package: str) -> bool:
    return path.is_relative_to(_folder(package))


def test_imports_run_one_way() -> None:
    """Loaders → graph ← queries ← viz: nobody imports a room that stands over it."""
    allowed = {
        "graph": {"graph"},
        "loaders": {"graph", "loaders"},
        "queries": {"graph", "queries"},
        "viz": {"graph", "queries", "viz"},
    }
    for room, below in allowed.items():
        for path in (ROOT / room).rglob("*.py"):
            for line in path.read_text().splitlines():
                words = line.split()
                if len(words) > 1 and words[0] in ("from", "import") and words[1].startswith("begat."):
                    imported = words[1].split(".")[1]
                    assert imported in below, f"{path.relative_to(ROOT)} imports begat.{imported}"


def test_importing_begat_loads_no_engine() -> None:
    """`begat --help` must stay quick: the heavy libraries wait for the call that needs them."""
    code = "import sys, begat, begat.cli; print(*[m for m in ('numpy', 'rdflib', 'kglite', 'networkx', 'rich') if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert loaded == []
