"""The scorer of the gold, as the benchmarks call it."""

import argparse
import json
from pathlib import Path

import pytest

from benchmarks.scorer import add_shared, score

GOLD = {
    "id": "1",
    "entities": [{"name": "Heron", "type": "Model"}, {"name": "Egret", "type": "Model"}],
    "relations": [{"subject": "Heron", "type": "EXTENDS", "object": "Egret"}],
}
FOUND = {
    "document": "1", "subject": "Heron", "subject_type": "Model", "relation": "EXTENDS", "object": "Egret",
    "object_type": "Model", "evidence": "Heron extends Egret.", "confidence": 0.9,
}  # fmt: skip


def test_what_is_found_is_held_against_the_gold(shared: Path, tmp_path: Path) -> None:
    gold, found, nothing = (tmp_path / name for name in ("gold.jsonl", "found.jsonl", "nothing.jsonl"))
    gold.write_text(json.dumps(GOLD))
    found.write_text(json.dumps(FOUND))
    nothing.write_text("")
    assert "1.000" in score(shared, gold, found, "--errors", "1")
    right, wrong = (json.loads(score(shared, gold, path, "--json")) for path in (found, nothing))
    assert (right["relations"]["recall"], wrong["relations"]["recall"]) == (1, 0)


def test_without_the_shared_folder_it_says_so_and_exits_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    add_shared(parser)
    with pytest.raises(SystemExit) as exit:
        parser.parse_args(["--shared", str(tmp_path / "nowhere")])
    assert exit.value.code == 2
    assert "nowhere is absent: nothing to score with" in capsys.readouterr().err
