"""What the import contracts cannot say: what rules import, who imports the package itself, and how files are named."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent.parent / "cxweb"
# Whoever puts the whole product together may ask for the application.
FACTORIES = {"cxweb/launch/prepare.py"}
BUSY_NAMES = {"utils", "helpers", "common", "manager", "managers", "service", "services", "base", "misc"}


def imported(file: Path) -> Iterator[str]:
    """The names a module imports, dotted, those of `from a import b` as `a.b`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("file", sorted(PACKAGE.glob("*/rules.py")), ids=lambda file: file.parent.name)
def test_rules_import_the_standard_library_and_other_rules_only(file: Path) -> None:
    foreign = [
        name
        for name in imported(file)
        if name.split(".")[0] not in sys.stdlib_module_names and not (name.startswith("cxweb.") and ".rules." in name)
    ]
    assert foreign == []


def test_nothing_inside_the_package_imports_the_package_itself() -> None:
    modules = {path.stem for path in PACKAGE.iterdir()}
    importers = set()
    for file in PACKAGE.rglob("*.py"):
        for name in imported(file):
            parts = name.split(".")
            if parts[0] == "cxweb" and (len(parts) == 1 or parts[1] not in modules):
                importers.add(file.relative_to(PACKAGE.parent).as_posix())
    assert importers <= FACTORIES


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [file for file in PACKAGE.rglob("*") if file.stem in BUSY_NAMES] == []


def test_every_action_file_has_one_public_function_named_like_it() -> None:
    odd = {}
    for file in (PACKAGE / "actions").glob("[a-z]*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        public = [
            node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        ]
        if public != [file.stem]:
            odd[file.name] = public
    assert odd == {}
