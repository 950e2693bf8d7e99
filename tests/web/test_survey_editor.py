"""The survey's editor: versions that answers keep, the preview of the very page, two people at once."""

from urllib.parse import urlencode

import pytest

from cxweb.company.queries import settings_now
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


FURTHER = {
    "asks_nps": "on",
    "asks_reasons": "on",
    "skin": "smileys",
    "nps_question_fr": "Et vos amis ?",
    "reason_1_code": "on_time",
    "reason_1_fr": "Pile à l’heure",
    "reason_1_en": "Right on time",
    "reason_1_from": "5",
    "reason_1_to": "3",
    "reason_1_cause": "delay",
    "reason_2_fr": "Très poli",
    "reason_2_en": "Very polite",
    "reason_2_from": "4",
    "reason_2_to": "5",
    "reason_2_cause": "driver",
    "reason_3_fr": "  ",
}


def test_further_questions_and_reasons_are_published_as_written(admin: Client, make: Factory) -> None:
    assert admin.submit(PATH, {**FORM, **FURTHER}).location == PATH
    survey = current()
    assert (survey.asks_nps, survey.asks_ces, survey.asks_open, survey.asks_reasons) == (True, False, False, True)
    assert survey.skin == "smileys"
    assert [(reason.code, reason.cause, reason.from_stars, reason.to_stars) for reason in survey.reasons] == [
        ("on_time", "delay", 3, 5),
        ("very_polite", "driver", 4, 5),
    ]
    page = admin.get(f"/t/{make.completed().token}?lang=fr").text
    assert "Et vos amis ?" in page
    assert "Pile à l’heure" in page
    assert 'name="ces"' not in page
    assert "Would you recommend us" in admin.get(f"/t/{make.completed().token}?lang=en").text
    editor = admin.get(PATH).text
    assert 'name="asks_nps" value="on" checked' in editor
    assert 'value="smileys" checked' in editor
    assert admin.submit(PATH, {**FORM, **FURTHER, "based_on": "1", "reason_2_code": "very_polite"}).status_code == 303
    assert versions() == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"reason_2_en": ""}, "reason_2_en"),
        ({"reason_1_fr": "x" * 41}, "reason_1_fr"),
        ({"nps_question_fr": ""}, "nps_question_fr"),
        (dict.fromkeys(("reason_1_fr", "reason_1_en", "reason_2_fr", "reason_2_en"), ""), "reason_1_en"),
    ],
)
def test_what_customers_could_not_read_is_refused_beside_its_field(
    admin: Client, sent: dict[str, str], field: str
) -> None:
    answer = admin.submit(PATH, {**FORM, **FURTHER, **sent})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert versions() == 0


@pytest.mark.parametrize("skin", ["stars", "numbers", "smileys"])
def test_the_preview_shows_every_skin_and_question_before_they_are_published(admin: Client, skin: str) -> None:
    query = urlencode({"lang": "en", "draft": "1", **FURTHER, "skin": skin})
    page = admin.get(f"{PATH}/preview?{query}").text
    assert 'name="nps"' in page
    assert "Right on time" in page
    assert ('class="stars row"' if skin == "stars" else f'class="stars {skin}"') in page
    assert versions() == 0


def test_time_and_review_link_are_settings_of_their_own(admin: Client) -> None:
    limits = {"correction_hours": "48", "closing_days": "30", "public_review_url": "https://reviews.example.com/x"}
    limits["own_addresses"] = "203.0.113.7, 2001:db8::/48"
    assert admin.submit(PATH, limits, action=f"{PATH}/limits").location == PATH
    company = settings_now()
    assert (company.survey_correction_hours, company.survey_closing_days) == (48, 30)
    assert company.company_public_review_url == "https://reviews.example.com/x"
    assert company.is_own_address("203.0.113.7")
    assert company.is_own_address("2001:db8::5")
    assert not company.is_own_address("203.0.113.8")
    assert versions() == 0
    bad = {"correction_hours": "x", "closing_days": "-1", "public_review_url": "http://reviews.example.com"}
    bad["own_addresses"] = "the depot"
    refused = admin.submit(PATH, bad, action=f"{PATH}/limits")
    assert refused.status_code == 422
    assert all(f'id="{name}-error"' in refused.text for name in bad)
    assert settings_now().survey_correction_hours == 48
