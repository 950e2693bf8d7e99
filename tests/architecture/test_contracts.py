"""The import contracts hold, and each of them catches what it forbids."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"

# One forbidden line for each contract of pyproject.toml: the module it is planted in, the line, the contract.
PLANTS = (
    ("orders/rules2.py", "import cxweb.notifications.models", "Each layer knows only the layers below it"),
    ("actions/planted.py", "import cxweb.actions.rate_order", "An action never calls an action"),
    ("web/planted_reader.py", "import cxweb.imports.table", "Readers and writers of files are used by actions only"),
    ("imports/planted.py", "import cxweb.core.db", "Readers and writers of files know neither"),
    ("ratings/rules.py", "import cxweb.core.clock", "Rules decide by plain facts"),
    ("web/public/planted.py", "import cxweb.web.admin", "The public pages, the staff's pages and the API"),
    ("web/planted_step.py", "import cxweb.actions.steps.move_order", "Pages write through actions"),
    ("company/planted.py", "import cxweb.surveys.models", "No two packages import each other"),
)


def lint(folder: Path) -> str:
    """What import-linter says of the package in the folder, in one line a contract."""
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
    return re.sub(r" *\n(?=[a-z])", " ", done.stdout + done.stderr)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its contracts, to plant in."""
    folder = tmp_path / "é copy"
    shutil.copytree(ROOT / "cxweb", folder / "cxweb", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_each_contract_catches_what_it_forbids(copy: Path) -> None:
    for file, line, _contract in PLANTS:
        with (copy / "cxweb" / file).open("a", encoding="utf-8") as stream:
            stream.write(f"\n{line}\n")
    said = lint(copy)
    for _file, _line, contract in PLANTS:
        assert re.search(rf"^{re.escape(contract)}.* BROKEN", said, re.MULTILINE), said
    assert " KEPT" not in said


def test_a_package_without_a_place_is_noticed(copy: Path) -> None:
    (copy / "cxweb" / "utils.py").write_text('"""Planted."""\n', encoding="utf-8")
    assert re.search(r"Each layer.* BROKEN", lint(copy))
