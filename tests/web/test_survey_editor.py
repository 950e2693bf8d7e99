"""The survey's editor: versions that answers keep, the preview of the very page, two people at once."""

from urllib.parse import urlencode

import pytest

from cxweb.core.db import session
from cxweb.surveys.models import SurveyVersion
from cxweb.surveys.queries import current
from tests.factories import Factory
from tests.page import Client

PATH = "/admin/settings/survey"
FORM = {
    "shown": "fr",
    "based_on": "0",
    "question_fr": "Alors, [Nom de l’entreprise] ?",
    "comment_prompt_fr": "Dites-nous tout",
    "question_en": "How was [Company]?",
    "comment_prompt_en": "Tell us",
}


@pytest.fixture
def admin(client: Client, make: Factory) -> Client:
    make.setting("company.name", "Maison Colibri")
    client.sign_in(make.user("admin", language="en", name="Inès Moreau").email)
    return client


def versions() -> int:
    return session().query(SurveyVersion).count()


def test_a_published_version_is_what_customers_see(admin: Client, make: Factory) -> None:
    token = make.completed().token
    assert "Rate your experience with Maison Colibri" in admin.get(f"/t/{token}?lang=en").text
    assert admin.submit(PATH, FORM).location == PATH
    assert "How was Maison Colibri?" in admin.get(f"/t/{token}?lang=en").text
    assert "Alors, Maison Colibri ?" in admin.get(f"/t/{token}?lang=fr").text
    page = admin.get(PATH).text
    assert "Version 1 in force since" in page
    assert "by Inès Moreau" in page
    assert 'value="Alors, [Nom de l’entreprise] ?"' in page
    assert 'value="How was [Company]?"' in page


def test_an_answer_keeps_the_question_it_was_given_to(admin: Client, make: Factory) -> None:
    admin.submit(PATH, FORM)
    order = make.completed()
    make.rating(order, 4)
    admin.submit(PATH, {**FORM, "based_on": "1", "question_fr": "Une autre question"})
    assert current().number == 2
    page = admin.get(f"/admin/orders/{order.id}").text
    assert "Alors, Maison Colibri ?" in page
    assert "version 1" in page
    assert "Une autre question" not in page
    assert "Alors, Maison Colibri ?" in admin.get(f"/t/{order.token}?lang=fr").text


def test_saving_the_same_publishes_nothing(admin: Client) -> None:
    admin.submit(PATH, FORM)
    assert admin.submit(PATH, {**FORM, "based_on": "1"}).status_code == 303
    assert versions() == 1
    assert "Nothing differs" in admin.get(PATH).text


def test_two_people_at_once_do_not_overwrite_each_other(admin: Client) -> None:
    admin.submit(PATH, FORM)
    refused = admin.submit(PATH, {**FORM, "question_en": "Mine?"})
    assert refused.status_code == 409
    assert "another version meanwhile" in refused.text
    assert 'value="Mine?"' in refused.text
    assert 'name="based_on" value="1"' in refused.text
    assert versions() == 1


@pytest.mark.parametrize("based_on", ["", "x", "-1", "9" * 30])
def test_a_made_up_base_is_refused(admin: Client, based_on: str) -> None:
    assert admin.submit(PATH, {**FORM, "based_on": based_on}).status_code == 409
    assert versions() == 0


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("question_fr", "   ", "Write something"),
        ("question_en", "x" * 201, "longer than 200"),
        ("comment_prompt_en", "\x07\x00", "Write something"),
    ],
)
def test_a_text_nobody_could_read_is_refused_beside_its_field(admin: Client, field: str, value: str, said: str) -> None:
    answer = admin.submit(PATH, {**FORM, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert said in answer.text
    assert f'value="{field[-2:]}" checked' in answer.text
    assert versions() == 0


def test_the_preview_is_the_customers_page_with_unsaved_texts(admin: Client) -> None:
    query = urlencode(
        {"lang": "fr", "draft": "1", "question_fr": "Et [Nom de l’entreprise] <i>?", "comment_prompt_fr": "Un mot"}
    )
    page = admin.get(f"{PATH}/preview?{query}")
    assert "Et Maison Colibri &lt;i&gt;?" in page.text
    assert '<html lang="fr">' in page.text
    assert 'name="stars"' in page.text
    assert "/t/" not in page.text
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in admin.get(PATH).headers["Content-Security-Policy"]
    assert versions() == 0


def test_the_preview_works_without_scripts(admin: Client) -> None:
    shown = admin.submit(PATH, {**FORM, "shown": "en", "question_en": "Unsaved?", "preview": "1"})
    assert shown.status_code == 200
    assert "question_en=Unsaved%3F" in shown.text
    assert 'value="Unsaved?"' in shown.text
    assert 'value="en" checked' in shown.text
    assert versions() == 0


def test_the_preview_shows_the_form_even_while_feedback_is_off(admin: Client, make: Factory) -> None:
    make.setting("feedback.enabled", "off")
    assert 'name="stars"' in admin.get(f"{PATH}/preview?lang=en").text
    assert "nobody sees this page now" in admin.get(PATH).text


@pytest.mark.parametrize(
    "query",
    ["draft=1&question_fr=%00", "draft=1&question_fr=" + "x" * 3000, "lang=%00", "draft=1&question_en=%ff", "lang=de"]
    + ["draft=1&skin=cubes", "draft=1&reason_1_fr=x&reason_1_cause=%00&reason_1_from=9&reason_1_code=../"],
)
def test_the_preview_takes_anything(admin: Client, query: str) -> None:
    assert admin.get(f"{PATH}/preview?{query}").status_code == 200
