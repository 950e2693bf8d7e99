"""A third language needs its catalogue and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cxweb.accounts.rules import Operator
from cxweb.actions.change_settings import change_settings
from cxweb.company.rules import InvalidCompanySetting
from cxweb.core import i18n
from cxweb.surveys import queries as surveys
from cxweb.web import tracking_page
from tests.factories import Factory
from tests.page import Client

GERMAN = """
msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Send my rating"
msgstr "Bewertung senden"

msgid "Rate your experience with [Company]"
msgstr "Wie war Ihre Erfahrung mit [Company]?"

msgid "Delivered %(when)s"
msgstr "Zugestellt %(when)s"

msgid "On time"
msgstr "Pünktlich"
"""
CACHES = (i18n.languages, i18n.own_names, i18n._others, i18n._catalogue, tracking_page._frame, surveys.default)


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of catalogues with one more."""
    folder = tmp_path / "translations"
    folder.mkdir()
    for file in i18n.CATALOGUES.glob("*.po"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "de.po").write_text(GERMAN, encoding="utf-8")
    monkeypatch.setattr(i18n, "CATALOGUES", folder)
    for function in CACHES:
        function.cache_clear()
    yield
    monkeypatch.undo()
    for function in CACHES:
        function.cache_clear()


def test_a_catalogue_more_is_a_language_more(german: None, client: Client, make: Factory) -> None:
    make.setting("company.name", "Maison Colibri")
    order = make.completed(customer={"language": "de"})
    page = client.get(f"/t/{order.token}").text
    assert '<html lang="de">' in page
    assert "Bewertung senden" in page
    assert "Wie war Ihre Erfahrung mit Maison Colibri?" in page
    assert "Zugestellt" in page
    assert ">English</button>" in page
    assert ">Français</button>" in page
    assert f'formaction="/t/{order.token}?lang=de" formnovalidate lang="de">Deutsch</button>' in (
        client.get(f"/t/{order.token}?lang=fr").text
    )


def test_the_editor_and_the_settings_offer_it(german: None, client: Client, make: Factory) -> None:
    client.sign_in(make.user("admin", language="en").email)
    editor = client.get("/admin/settings/survey").text
    assert 'name="question_de" value="Wie war Ihre Erfahrung mit [Company]?"' in editor
    assert 'value="Pünktlich"' in editor
    change_settings({"company.language": "de"}, Operator())
    assert '<html lang="de">' in client.get(f"/t/{make.completed().token}").text


def test_a_language_without_a_catalogue_is_refused(client: Client) -> None:
    with pytest.raises(InvalidCompanySetting, match=r"^company\.language takes one of en, fr\.$"):
        change_settings({"company.language": "de"}, Operator())
