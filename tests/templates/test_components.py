"""The components: one a file, a usage comment first, no context of their own, every one of them shown."""

import re

import pytest

from cxweb import ROOT

FILES = sorted(file for file in (ROOT / "templates" / "components").glob("*.html") if not file.name.startswith("_"))
SHOWN = (ROOT / "templates" / "admin" / "components.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_component_says_how_it_is_used_and_takes_everything_as_arguments(file: object) -> None:
    text = file.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert text.startswith("{# ")
    code = re.sub(r"{#.*?#}", "", text, flags=re.DOTALL)
    assert not re.search(r"\b(g|me|shell|request|session|current_user)\.", code)
    for macro in re.findall(r"{% macro .*?{% endmacro %}", code, flags=re.DOTALL):
        assert macro.count("\n") <= 40


@pytest.mark.parametrize("file", [file for file in FILES if file.stem != "icon"], ids=lambda file: file.stem)
def test_every_component_is_on_the_components_page(file: object) -> None:
    names = re.findall(r"{% macro (\w+)\(", file.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    assert names
    for name in names:
        assert re.search(rf"\b{name}\(", SHOWN), name
