"""The settings' pages: switches in force at once, the offer of the message, the company's facts."""

import pytest

from cxweb.company.queries import settings_now
from tests.factories import Factory
from tests.page import Client

TRACKING = "/admin/settings/tracking"
COMPANY = "/admin/settings/company"
OFFER = "the e-mail for completed orders is off"


@pytest.fixture
def admin(client: Client, make: Factory) -> Client:
    client.sign_in(make.user("admin", language="en").email)
    return client


def test_the_switches_are_in_force_at_once(admin: Client, make: Factory) -> None:
    token = make.completed().token
    assert admin.submit(TRACKING, {"tracking": "on"}).location == TRACKING
    assert (settings_now().tracking_enabled, settings_now().feedback_enabled) == (True, False)
    assert admin.get(f"/t/{token}").status_code == 200
    assert 'name="stars"' not in admin.get(f"/t/{token}").text
    admin.submit(TRACKING, {"feedback": "on"})
    assert (settings_now().tracking_enabled, settings_now().feedback_enabled) == (False, True)
    assert admin.get(f"/t/{token}").status_code == 404
    admin.submit(TRACKING, {"tracking": "on", "feedback": "on"})
    assert 'name="stars"' in admin.get(f"/t/{token}").text


def test_turning_feedback_on_without_the_message_offers_it(admin: Client) -> None:
    admin.submit(TRACKING, {"tracking": "on"})
    assert OFFER not in admin.get(TRACKING).text
    admin.submit(TRACKING, {"tracking": "on", "feedback": "on"})
    assert OFFER in admin.get(TRACKING).text
    assert admin.submit(TRACKING, {}, action=f"{TRACKING}/message").status_code == 303
    assert settings_now().notifications_completed == "email"
    assert OFFER not in admin.get(TRACKING).text


@pytest.mark.parametrize(
    ("before", "off", "on"),
    [("none", "none", "email"), ("email", "none", "email"), ("sms", "sms", "both"), ("both", "sms", "both")],
)
def test_the_message_switch_leaves_sms_alone(admin: Client, make: Factory, before: str, off: str, on: str) -> None:
    make.setting("notifications.completed", before)
    admin.submit(TRACKING, {"tracking": "on", "feedback": "on"})
    assert settings_now().notifications_completed == off
    make.setting("notifications.completed", before)
    admin.submit(TRACKING, {"tracking": "on", "feedback": "on", "message": "on"})
    assert settings_now().notifications_completed == on


def test_the_company_is_who_it_says_it_is(admin: Client, make: Factory) -> None:
    form = {
        "name": "Maison & Fils",
        "language": "en",
        "timezone": "America/New_York",
        "country": "US",
        "contact": "+1 555 0100",
    }
    assert admin.submit(COMPANY, form).location == COMPANY
    company = settings_now()
    assert (company.company_name, company.company_language, company.company_timezone) == (
        "Maison & Fils",
        "en",
        "America/New_York",
    )
    assert (company.company_country, company.company_contact) == ("US", "+1 555 0100")
    page = admin.get(COMPANY).text
    assert 'value="Maison &amp; Fils"' in page
    assert "Maison &amp; Fils" in admin.get(f"/t/{make.completed().token}").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timezone", "Europe/Lyon"),
        ("timezone", ""),
        ("country", "fr"),
        ("country", "FRA"),
        ("language", "de"),
        ("name", "x" * 81),
        ("contact", "x" * 201),
    ],
)
def test_a_wrong_value_is_said_beside_its_field(admin: Client, field: str, value: str) -> None:
    form = {"name": "A", "language": "fr", "timezone": "Europe/Paris", "country": "FR", "contact": ""}
    answer = admin.submit(COMPANY, {**form, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert settings_now().company_name == ""
