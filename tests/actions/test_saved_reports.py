"""Saved reports: kept by each person for themselves, and sent once for each week or month that is over."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from cxweb.accounts.models import User
from cxweb.accounts.rules import Staff
from cxweb.actions.change_report import change_report
from cxweb.actions.save_report import save_report
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.jobs.reports import queue, send
from cxweb.reports.models import StaffMail
from cxweb.reports.queries import reports_of
from tests.factories import Factory
from tests.page import Client
from tests.servers import MailServer

# A Wednesday, a Monday before seven, a Monday after seven; in Paris.
WEDNESDAY = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
EARLY = datetime(2026, 6, 15, 4, 59, tzinfo=UTC)
MONDAY = datetime(2026, 6, 15, 5, 0, tzinfo=UTC)


def at(instant: datetime) -> None:
    with clock.showing(instant):
        queue()
        send()


def mails() -> list[tuple[str, date | None, date | None, str | None]]:
    session().expire_all()
    return [(mail.state, mail.starts, mail.ends, mail.reason) for mail in session().scalars(select(StaffMail))]


def weekly(person: Staff, query: str = "axis=completed", schedule: str = "weekly") -> int:
    with clock.showing(WEDNESDAY):
        save_report("My week", query, schedule, person)
    return reports_of(person.id)[0].id


def test_a_weekly_report_comes_once_with_the_figures_of_the_readers_perimeter(
    make: Factory, mailing: MailServer
) -> None:
    lyon = make.depot("lyon", name="Lyon")
    make.depot("other")
    inside = datetime(2026, 6, 14, 21, 59, tzinfo=UTC)
    for ref, depot, when, stars in (
        ("1", "lyon", inside, 4),
        ("2", "lyon", inside - timedelta(days=6), 5),
        ("3", "lyon", inside - timedelta(days=7), 1),
        ("4", "lyon", inside + timedelta(minutes=1), 1),
        ("5", "other", inside, 1),
    ):
        make.rating(make.order(ref, status="completed", at=when, depot=depot), stars)
    weekly(make.user("reader", lyon, language="en", email="ann@example.com"))
    at(EARLY)
    assert mails() == []
    for instant in (MONDAY, MONDAY, MONDAY + timedelta(days=3)):
        at(instant)
    assert mails() == [("sent", date(2026, 6, 8), date(2026, 6, 14), None)]
    assert mailing.recipients == [["ann@example.com"]]
    (mail,) = mailing.mails
    assert mail["Subject"] == "My week: 8–14 Jun 2026"
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    for part in (text, html):
        assert "4.5 of 5" in part
        assert "2 answers" in part
        assert "the week before: 1.0" in part
        assert "Lyon" in part
    assert "/admin/analytics/feedback?axis=completed&from=2026-06-08&to=2026-06-14" in text
    assert "prefers-color-scheme: dark" in html
    at(MONDAY + timedelta(days=7))
    assert len(mailing.mails) == 2


def test_a_monthly_report_is_of_the_calendar_month_in_the_readers_language(make: Factory, mailing: MailServer) -> None:
    make.rating(make.order("1", status="completed", at=datetime(2026, 6, 30, 12, 0, tzinfo=UTC)), 5)
    weekly(make.user("admin", language="fr"), schedule="monthly")
    at(datetime(2026, 7, 1, 6, 0, tzinfo=UTC))
    assert mails() == [("sent", date(2026, 6, 1), date(2026, 6, 30), None)]
    text = mailing.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Évaluation globale\N{NO-BREAK SPACE}: 5,0 sur 5" in text
    assert "le mois précédent" in text


def test_the_mail_says_which_filters_its_figures_keep(make: Factory, mailing: MailServer) -> None:
    make.depot("lyo-1", name="Lyon Gerland")
    weekly(make.user("admin", language="fr"), "depot=lyo-1&channel=pickup&stars=1&stars=2")
    weekly(make.user("admin", language="en"), "channel=pickup")
    at(MONDAY)
    first, second = (mail.get_body(("plain",)).get_content() for mail in mailing.mails)  # type: ignore[union-attr]
    assert first.splitlines()[1] == "8–14 juin 2026, ★1/2, Lyon Gerland, Retrait"
    assert second.splitlines()[1] == "8–14 Jun 2026, all depots, Pickup"


@pytest.mark.parametrize("queued", [True, False])
def test_who_was_disabled_or_stopped_it_gets_none(make: Factory, mailing: MailServer, queued: bool) -> None:
    gone, changed = make.user("admin"), make.user("admin")
    weekly(gone)
    report = weekly(changed)
    if queued:
        with clock.showing(MONDAY):
            queue()
    with transaction() as opened:
        opened.execute(update(User).where(User.id == gone.id).values(disabled_at=clock.now()))
    change_report(report, "My week", "never", changed)
    at(MONDAY)
    assert mailing.mails == []
    assert [(state, reason) for state, _starts, _ends, reason in mails()] == (
        [("suppressed", "disabled"), ("suppressed", "switched_off")] if queued else []
    )


def test_a_gateway_that_is_away_delays_it_and_a_doubt_ends_it(make: Factory, mailing: MailServer) -> None:
    weekly(make.user("admin"))
    mailing.answers = ["451 later", MailServer.DIE]
    at(MONDAY)
    assert mails()[0][0] == "pending"
    at(MONDAY + timedelta(minutes=5))
    assert mails()[0][0] == "uncertain"
    at(MONDAY + timedelta(minutes=10))
    assert len(mailing.mails) == 1


def test_after_a_long_standstill_only_the_last_period_is_sent(make: Factory, mailing: MailServer) -> None:
    weekly(make.user("admin"))
    at(MONDAY + timedelta(days=21))
    assert [starts for _state, starts, _ends, _reason in mails()] == [date(2026, 6, 29)]


def test_each_person_keeps_names_changes_and_deletes_their_own(client: Client, make: Factory) -> None:
    mine, other = make.user("reader", language="en"), make.user("admin")
    client.sign_in(mine.email)
    form = {"name": "Low stars", "query": "stars=1&stars=2&cursor=x&compare=year", "schedule": "weekly"}
    assert client.submit("/admin/reports", form).status_code == 303
    assert "another report of this name" in client.submit("/admin/reports", form).text
    (report,) = reports_of(mine.id)
    assert report.query == "stars=1&stars=2&compare=year"
    page = client.get("/admin/reports").text
    assert 'href="/admin/analytics/feedback?stars=1&amp;stars=2&amp;compare=year"' in page
    assert "★1/2" in page
    path = f"/admin/reports/{report.id}"
    assert client.submit("/admin/reports", {"name": " ", "schedule": "never"}, action=path).status_code == 422
    assert client.submit("/admin/reports", {"name": "Unhappy", "schedule": "never"}, action=path).status_code == 303
    assert [(each.name, each.schedule) for each in reports_of(mine.id)] == [("Unhappy", "never")]
    stranger = Client(client.app)
    stranger.sign_in(other.email)
    assert stranger.submit("/admin/components", {"name": "x", "schedule": "never"}, action=path).status_code == 404
    assert stranger.submit("/admin/components", {}, action=f"{path}/delete").status_code == 404
    assert client.submit("/admin/reports", {}, action=f"{path}/delete").status_code == 303
    assert reports_of(mine.id) == []


@pytest.mark.parametrize("query", ["stars=9", "from=x", "stars=%ff", "&".join("tag=a" for _ in range(200))])
def test_filters_that_cannot_be_read_are_not_kept(client: Client, make: Factory, query: str) -> None:
    person = make.user("admin", language="en")
    client.sign_in(person.email)
    assert client.submit("/admin/reports", {"name": "x", "query": query, "schedule": "never"}).status_code == 422
    assert reports_of(person.id) == []
