"""No file or function outgrows what a reader takes in at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FOLDERS = ("cxweb", "templates", "static", "tests", "bench", "migrations")
LONGEST_FILE, LONGEST_TEMPLATE, LONGEST_MACRO = 300, 120, 40
LONGEST_FUNCTION, LONGEST_ACTION, LONGEST_VIEW = 50, 40, 25
VIEWS = ("cxweb/web/public", "cxweb/web/admin", "cxweb/web/api")


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def files(*kinds: str) -> Iterator[Path]:
    """The project's own files of these kinds; what others wrote and what Alembic wrote is theirs."""
    everything = [*ROOT.glob("*"), *(file for folder in FOLDERS for file in (ROOT / folder).rglob("*"))]
    for file in everything:
        if file.suffix in kinds and "vendor" not in file.parts and "migrations/versions" not in name(file):
            yield file


def length(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def functions(file: Path) -> Iterator[tuple[str, int, bool]]:
    """Each function with its lines without the docstring, and whether it is public at the top level."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            text = ast.get_docstring(node, clean=False)
            lines -= len(text.splitlines()) if text else 0
            yield f"{name(file)}:{node.name}", lines, node in tree.body and not node.name.startswith("_")


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {
        name(file): length(file)
        for file in files(".py", ".html", ".css", ".js", ".txt")
        if "requirements" not in file.name
    }
    assert {file: lines for file, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_template_is_longer_than_120_lines() -> None:
    lengths = {name(file): length(file) for file in files(".html")}
    assert {file: lines for file, lines in lengths.items() if lines > LONGEST_TEMPLATE} == {}


def test_no_macro_is_longer_than_40_lines() -> None:
    long: dict[str, int] = {}
    for file in files(".html"):
        parts = file.read_text(encoding="utf-8").split("{% macro ")[1:]
        long |= {f"{name(file)}:{part.split('(')[0]}": part.split("{% endmacro")[0].count("\n") for part in parts}
    assert {macro: lines for macro, lines in long.items() if lines > LONGEST_MACRO} == {}


@pytest.mark.parametrize(
    ("folders", "longest", "only_public"),
    [(("",), LONGEST_FUNCTION, False), (("cxweb/actions",), LONGEST_ACTION, True), (VIEWS, LONGEST_VIEW, True)],
    ids=["functions", "actions", "views"],
)
def test_no_function_is_longer_than_it_may_be(folders: tuple[str, ...], longest: int, only_public: bool) -> None:
    too_long = {
        function: lines
        for file in files(".py")
        if name(file).startswith(folders)
        for function, lines, public in functions(file)
        if lines > longest and (public or not only_public)
    }
    assert too_long == {}


def test_every_module_says_in_a_docstring_what_it_is() -> None:
    silent = []
    for file in files(".py"):
        text = file.read_text(encoding="utf-8")
        if text.strip() and ast.get_docstring(ast.parse(text)) is None:
            silent.append(name(file))
    assert silent == []
