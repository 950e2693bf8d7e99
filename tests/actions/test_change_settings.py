"""Changing the company's settings."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.accounts.rules import Operator
from cxweb.actions.change_settings import change_settings
from cxweb.company.models import Setting
from cxweb.company.queries import settings, settings_now
from cxweb.company.rules import PARSERS, InvalidCompanySetting
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session

BY = Operator("command")


def change(**changes: str) -> None:
    change_settings({key.replace("__", "."): text for key, text in changes.items()}, BY)


def test_a_change_is_in_force_at_once_in_this_process(app: Flask) -> None:
    assert settings().feedback_enabled
    change(feedback__enabled="off")
    assert not settings().feedback_enabled


def test_one_bad_value_changes_nothing(app: Flask) -> None:
    with pytest.raises(InvalidCompanySetting, match=r"^company\.country takes a country code"):
        change(company__name="Colibri", company__country="France")
    assert settings_now().company_name == ""


def test_an_unknown_key_is_named(app: Flask) -> None:
    with pytest.raises(InvalidCompanySetting, match=r"^colour is not a company setting\. Known ones: company\.name"):
        change_settings({"colour": "red"}, BY)


def test_going_back_to_the_default_leaves_no_row(app: Flask) -> None:
    change(notifications__completed="email")
    change(notifications__completed="both")
    change(notifications__completed="none")
    assert session().scalar(select(func.count()).select_from(Setting)) == 0


def test_the_audit_log_has_each_real_change_once(app: Flask) -> None:
    change(notifications__completed="email", feedback__enabled="on")
    change(notifications__completed="email")
    entries = session().scalars(select(AuditEntry)).all()
    assert [(entry.actor, entry.act, entry.object, entry.details) for entry in entries] == [
        ("command", "setting.changed", "setting:notifications.completed", {"before": "none", "after": "email"})
    ]


GOOD = {
    "company.name": "Maison Colibri",
    "company.timezone": "Indian/Reunion",
    "company.country": "BE",
    "company.language": "en",
    "company.contact": "04 72 00 00 00",
    "tracking.enabled": "off",
    "feedback.enabled": "off",
    "notifications.completed": "both",
    "notifications.delay_minutes": "90",
    "notifications.quiet_hours.sms": "off",
    "notifications.quiet_hours.email": "22:00-07:00",
    "notifications.per_person_days": "30",
    "survey.sampling_percent": "50",
    "survey.correction_hours": "48",
    "survey.timing": "warm",
    "survey.warm_days": "5",
    "survey.warm_time": "18:30",
    "survey.reminder_days": "7",
    "gateway.email.per_minute": "600",
    "gateway.sms.per_minute": "60",
    "sms.segment_price": "0.045",
    "company.currency": "CHF",
    "company.colour": "#123456",
    "company.public_review_url": "https://reviews.example.com/colibri?from=page",
    "survey.closing_days": "30",
    "protection.own_addresses": "203.0.113.0/24 2001:db8::/48",
    "alerts.low_rating": "2",
    "alerts.daily_cap": "5",
    "drivers.ranking": "on",
    "drivers.least": "15",
    "accounts.second_step": "admins",
    "sessions.idle_minutes": "30",
    "sessions.hours": "8",
    "drivers.months": "6",
    "figures.nps_stars": "4-3",
    "drivers.pseudonyms": "on",
    "retention.contact_days": "30",
    "retention.words_months": "12",
    "retention.logs_months": "24",
    "imports.keep_days": "3",
    "api.per_minute": "600",
}


def test_every_key_takes_a_good_value_and_gives_it_back(app: Flask) -> None:
    assert GOOD.keys() == PARSERS.keys()
    change_settings(GOOD, BY)
    assert {row.key: row.value for row in session().scalars(select(Setting))} == GOOD
    assert settings_now().survey_correction_hours == 48
