"""The drills in short: a backup under load is restored and answers; one of many is erased while all runs."""

import sys
from datetime import datetime
from pathlib import Path

import pytest

from bench import backup, erasure

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")


def test_a_backup_under_load_loses_nothing_and_its_restored_site_answers_within_a_minute(tmp_path: Path) -> None:
    found = backup.run(tmp_path, people=50, rate=60, seconds=3)
    assert (found.before > 20, found.lost, found.wrong) == (True, [], [])
    assert found.acknowledged == 180
    assert found.answers_s < 60


def test_a_rating_that_the_backup_lacks_would_be_noticed() -> None:
    early, late = (datetime.fromisoformat(f"2026-11-24T12:00:0{n}+00:00") for n in (1, 3))
    found = backup.Found()
    said = {"a": ("one", early), "b": ("two", early), "c": ("three", early), "d": ("four", late)}
    backup.compare(found, {"a": "one", "b": "other"}, said, early)
    assert (found.before, found.lost, found.wrong) == (3, ["c"], ["b"])


def test_one_of_many_is_found_nowhere_after_the_command_and_the_figures_stay(tmp_path: Path) -> None:
    found = erasure.run(tmp_path, 120)
    assert (found.traces, found.others_missing, found.figures_changed) == ([], 0, False)
    assert found.searched >= 6
