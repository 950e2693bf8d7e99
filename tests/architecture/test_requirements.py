"""The lock files say what is installed, and nothing about where it came from."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_no_address_index_or_folder(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert (
        re.findall(r".*(?:://|--(?:extra-)?index-url|--find-links|--trusted-host|^-[if] |@ file|(?<!\w)/\w+/).*", text)
        == []
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_version_and_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[a-zA-Z0-9])", (ROOT / lock).read_text(encoding="utf-8"))
    for entry in (entry for entry in entries if "==" in entry):
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==[0-9][^ ]*", entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_asked_for_is_locked(lock: str) -> None:
    wanted = (ROOT / lock).with_suffix(".in").read_text(encoding="utf-8")
    names = re.findall(r"^([a-z0-9][a-z0-9_-]*)", wanted, re.MULTILINE)
    locked = set(
        re.findall(r"^([a-z0-9_-]+)(?:\[[a-z,]+\])?==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert set(names) - locked == set()
