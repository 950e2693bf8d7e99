"""Settings › Messages: what goes out, when, how often and how fast; a wrong value loses nothing that was typed."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from cxweb.company.queries import settings_now
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from tests.factories import Factory
from tests.page import Client

PATH = "/admin/settings/messages"
FORM = {
    "completed": "both",
    "timing": "warm",
    "delay": "2",
    "delay_unit": "hours",
    "warm_days": "5",
    "warm_time": "18:30",
    "reminder": "7",
    "sampling": "50",
    "per_person": "30",
    "sms_from": "20:00",
    "sms_to": "09:00",
    "email_from": "23:00",
    "email_to": "06:00",
    "email_rate": "600",
    "sms_rate": "60",
    "price": "0,045",
    "currency": "chf",
}


@pytest.fixture
def admin(client: Client, make: Factory) -> Client:
    client.sign_in(make.user("admin", language="en").email)
    return client


def test_every_setting_of_the_page_is_in_force_and_shown_again(admin: Client) -> None:
    assert admin.submit(PATH, FORM).location == PATH
    company = settings_now()
    assert (company.notifications_completed, company.survey_timing) == ("both", "warm")
    assert (company.notifications_delay_minutes, company.survey_warm_days) == (120, 5)
    assert (company.survey_warm_time, company.survey_reminder_days) == ("18:30", 7)
    assert (company.survey_sampling_percent, company.notifications_per_person_days) == (50, 30)
    assert company.notifications_quiet_hours_sms == "20:00-09:00"
    assert company.notifications_quiet_hours_email == "23:00-06:00"
    assert (company.gateway_email_per_minute, company.gateway_sms_per_minute) == (600, 60)
    assert (company.sms_segment_price, company.company_currency) == ("0.045", "CHF")
    page = admin.get(PATH).text
    assert "Saved. It is in force now." in page
    for shown in ('value="2"', 'value="18:30"', 'value="23:00"', 'value="0.045"', 'value="CHF"'):
        assert shown in page
    assert '<option selected value="hours">' in page
    acts = session().scalars(select(AuditEntry.object).where(AuditEntry.act == "setting.changed")).all()
    assert "setting:survey.timing" in acts


def test_the_page_sent_as_it_came_changes_nothing(admin: Client) -> None:
    names = ("delay", "reminder", "per_person", "email_rate", "sms_rate")
    chosen = {"completed": "none", "timing": "hot", "delay_unit": "minutes", "warm_days": "3", "warm_time": "10:00"}
    quiet = {"sms_from": "21:00", "sms_to": "08:00", "email_from": "", "email_to": ""}
    form = {**dict.fromkeys(names, "0"), **chosen, **quiet, "sampling": "100", "price": "", "currency": "EUR"}
    before = settings_now()
    assert admin.submit(PATH, form).status_code == 303
    assert settings_now() == before
    assert session().scalars(select(AuditEntry).where(AuditEntry.act == "setting.changed")).all() == []


@pytest.mark.parametrize(
    ("field", "value", "beside"),
    [
        ("completed", "fax", "completed"),
        ("timing", "cold", ""),
        ("delay", "soon", "delay"),
        ("delay", "721", "delay"),
        ("delay", "9" * 40, "delay"),
        ("warm_days", "0", "warm_days"),
        ("warm_time", "25:00", "warm_time"),
        ("reminder", "61", "reminder"),
        ("sampling", "101", "sampling"),
        ("per_person", "-1", "per_person"),
        ("sms_to", "", "sms_from"),
        ("email_from", "9", "email_from"),
        ("email_rate", "1.5", "email_rate"),
        ("sms_rate", "٣", "sms_rate"),
        ("price", "free", "price"),
        ("currency", "€", "currency"),
    ],
)
def test_a_wrong_value_is_told_beside_its_field_and_nothing_typed_is_lost(
    admin: Client, field: str, value: str, beside: str
) -> None:
    before = settings_now()
    answer = admin.submit(PATH, {**FORM, field: value})
    assert answer.status_code == 422
    if beside:
        assert f'id="{beside}-error"' in answer.text
    if field not in {"completed", "timing"}:
        assert f'value="{value}"' in answer.text
    assert 'value="18:30"' in answer.text or field == "warm_time"
    assert "Nothing was stored yet" in answer.text
    assert settings_now() == before


def test_a_form_without_its_fields_is_refused_and_does_no_harm(admin: Client) -> None:
    assert admin.submit(PATH, {}).status_code == 422


def test_the_gateways_are_named_without_what_signs_in_there(app: Flask, admin: Client) -> None:
    assert admin.get(PATH).text.count("the local mailbox") == 2
    app.config["CXWEB"] = replace(
        app.config["CXWEB"],
        smtp_url="smtps://ines:s3cret@mail.colibri.example:465",
        sms_url="https+json://sms.colibri.example/send?key=k3y",
    )
    page = admin.get(PATH).text
    assert "SMTP, mail.colibri.example" in page
    assert "HTTPS, sms.colibri.example" in page
    for secret in ("ines", "s3cret", "k3y"):
        assert secret not in page


def test_while_tracking_is_off_the_page_says_that_nothing_leaves(admin: Client, make: Factory) -> None:
    make.setting("tracking.enabled", "off")
    assert "no message leaves now" in admin.get(PATH).text


def test_the_page_speaks_french(client: Client, make: Factory) -> None:
    client.sign_in(make.user("admin", language="fr").email)
    page = client.get(PATH).text
    assert "Quand une commande est terminée, envoyer" in page
    assert "la boîte locale" in page
    refused = client.submit(PATH, {**FORM, "sampling": "x"})
    assert "Indiquez un nombre entier de 0 à 100." in refused.text
