"""`make install` says in one sentence what is wrong, and repairs what an interruption left."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
OFFLINE = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
# Runs install.py as another machine would: what stands before it changes that machine.
AS_IF = """
import sys, importlib.util, runpy
{change}
sys.argv = ["install.py"]
runpy.run_path("install.py", run_name="__main__")
"""
NO_ENSUREPIP = """
find = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == "ensurepip" else find(name)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh clone's files, in a folder with a space and an accent."""
    folder = tmp_path / "à essayer"
    folder.mkdir()
    for name in ("install.py", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


def install(folder: Path, change: str = "", **env: str) -> tuple[int, list[str]]:
    """The exit code and the lines."""
    done = subprocess.run(
        [sys.executable, "-c", AS_IF.format(change=change)],
        cwd=folder,
        env={**os.environ, **OFFLINE, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


def test_an_old_python_is_told_apart(folder: Path) -> None:
    code, lines = install(folder, "sys.version_info = (3, 9, 2, 'final', 0)")
    assert code == 1
    assert lines == [
        "cxweb cannot be installed: it needs Python 3.11 or newer and this is 3.9; "
        "say where a newer one is: make PYTHON=python3.12 run"
    ]
    assert not (folder / ".venv").exists()


def test_a_missing_ensurepip_names_the_package(folder: Path) -> None:
    code, lines = install(folder, NO_ENSUREPIP)
    assert code == 1
    assert lines == [
        "cxweb cannot be installed: this Python has no ensurepip: install python3-venv (apt install python3-venv)."
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    folder.chmod(0o555)
    code, lines = install(folder)
    folder.chmod(0o755)
    assert code == 1
    assert lines[-1] == f"cxweb cannot be installed: the folder {folder} cannot be written."


def test_without_network_one_sentence_says_so_and_a_half_made_environment_is_made_anew(folder: Path) -> None:
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    code, lines = install(folder)
    assert code == 1
    assert lines[0] == "The .venv here is unfinished, or made for another folder or Python: it is made anew."
    assert lines[-1] == (
        "cxweb cannot be installed: the package index cannot be reached; "
        "check the network (or pip's own settings) and run again."
    )
    assert not (folder / ".venv" / "installed").exists()
    code, lines = install(folder)
    assert lines[0].startswith("Installing"), "an environment that works is not made twice"


def test_a_finished_environment_costs_nothing(folder: Path) -> None:
    stamped = "from install import stamp_of; print(stamp_of('requirements.txt'))"
    line = subprocess.run(
        [sys.executable, "-c", stamped], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (folder / ".venv" / "installed").write_text(line, encoding="utf-8")
    assert install(folder) == (0, [])
