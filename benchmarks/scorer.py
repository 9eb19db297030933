"""The scorer of the gold, which is no part of this repository: `scoring/score.py` in the shared folder."""

import argparse
import subprocess
import sys
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared"


def add_shared(parser: argparse.ArgumentParser) -> None:
    """The option that names the shared folder. Where there is none, the program ends with 2."""
    parser.add_argument(
        "--shared", type=_folder, default=str(SHARED), metavar="DIR", help="the folder with gold, seeds and scorer"
    )


def _folder(given: str) -> Path:
    if not Path(given).is_dir():
        raise argparse.ArgumentTypeError(f"{given} is absent: nothing to score with")
    return Path(given)


def score(shared: Path, gold: Path, assertions: Path, *options: str) -> str:
    """What the scorer prints of assertions (a file in the format `assertions`), held against a file of gold records.

    `options` are its own: `--errors N`, `--json`.
    """
    command = [sys.executable, str(shared / "scoring" / "score.py"), str(gold), str(assertions), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
