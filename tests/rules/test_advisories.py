"""`make audit` knows a weakness from the published form of an advisory, and never takes silence for good news."""

from pathlib import Path

import pytest

from advisories import known, main, pins_of

LOCK = """
flask==3.1.3 \\
    --hash=sha256:aa
psycopg[binary]==3.2.1 ; sys_platform != "win32" \\
    --hash=sha256:bb
    # via -r requirements.in
Typing_Extensions==4.15.0
"""
ADVISORY = """
id: PYSEC-2026-1
affected:
- package: {name: flask, ecosystem: PyPI}
  ranges:
  - type: GIT
    events: [{introduced: '0'}, {fixed: abcdef}]
  - type: ECOSYSTEM
    events: %s
  versions: %s
"""


def advised(folder: Path, events: str, versions: str = "[]", rest: str = "") -> list[str]:
    file = folder / "vulns" / "flask" / "PYSEC-2026-1.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(ADVISORY % (events, versions) + rest, encoding="utf-8")
    return [str(each) for each in known({"flask": "3.1.3", "rq": "2.0"}, folder)]


def test_the_pins_of_a_lock_are_read_with_extras_and_markers() -> None:
    assert pins_of(LOCK) == {"flask": "3.1.3", "psycopg": "3.2.1", "typing-extensions": "4.15.0"}


@pytest.mark.parametrize(
    ("events", "versions", "is_known"),
    [
        ("[{introduced: '0'}, {fixed: 3.1.4}]", "[]", True),
        ("[{introduced: '0'}, {fixed: 3.1.3}]", "[]", False),
        ("[{introduced: 3.1.4}]", "[]", False),
        ("[{introduced: '0'}, {fixed: '2.0'}, {introduced: '3.1'}]", "[]", True),
        ("[{introduced: '0'}, {last_affected: 3.1.3}]", "[]", True),
        ("[{introduced: '0'}, {last_affected: 3.1.2}]", "[]", False),
        ("[{introduced: '9'}]", "['3.1.3']", True),
        ("[{introduced: no version}]", "[]", True),
    ],
)
def test_a_version_is_known_by_its_range_or_by_name(tmp_path: Path, events: str, versions: str, is_known: bool) -> None:
    assert bool(advised(tmp_path, events, versions)) is is_known


def test_what_was_withdrawn_is_not_told_and_what_is_told_says_the_way_out(tmp_path: Path) -> None:
    assert advised(tmp_path, "[{introduced: '0'}, {fixed: 3.2}]") == ["flask 3.1.3: PYSEC-2026-1, mended in 3.2"]
    assert advised(tmp_path, "[{introduced: '0'}]", rest="withdrawn: '2026-01-01T00:00:00Z'\n") == []


def test_a_folder_without_advisories_is_no_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "no advisories" in capsys.readouterr().out
