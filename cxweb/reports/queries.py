"""Reading for exports and saved reports: what customers wrote, as a stream; files, reports and mails of a person."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from cxweb.accounts.models import User
from cxweb.accounts.queries import depots_of
from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter, answers_of
from cxweb.analytics.rules import FIVE_STARS, Mean, mean
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.days import day_start
from cxweb.core.db import session
from cxweb.core.i18n import language
from cxweb.drivers.queries import code_key
from cxweb.drivers.rules import shown_driver
from cxweb.orders.messages import channel_word
from cxweb.orders.models import Driver, Order
from cxweb.orders.queries import crews, drivers_of
from cxweb.orders.rules import alphabetical
from cxweb.ratings.models import Rating, RatingReason
from cxweb.reports.models import FeedbackExport, SavedReport, StaffMail
from cxweb.reports.rules import NEVER, Comment, UnknownReport
from cxweb.reviews.queries import SORTS, tallies
from cxweb.surveys.queries import shown_to

Columns = TypeVarTuple("Columns")
# So many answers are in memory at the same time.
PART = 1_000
# A job that nobody has begun after so long is asked for again.
LEFT = timedelta(seconds=10)


def _in_words(columns: Select[*Columns], chosen: ReportFilter, perimeter: Perimeter) -> Select[*Columns]:
    """The columns of the filter's answers that say something in words."""
    return answers_of(columns, chosen, perimeter).where(or_(Rating.comment != "", Rating.open != ""))


def comment_count(chosen: ReportFilter, perimeter: Perimeter) -> int:
    """How many answers say something in words."""
    return session().scalar(_in_words(select(func.count()), chosen, perimeter)) or 0


def comment_stars(chosen: ReportFilter, perimeter: Perimeter) -> Mean:
    """The stars of those answers, with their n."""
    row = session().execute(_in_words(select(*tallies()), chosen, perimeter)).one()
    return mean([int(value or 0) for value in row], FIVE_STARS)


def comments(chosen: ReportFilter, perimeter: Perimeter) -> Iterator[Comment]:
    """Those answers in the filter's order, PART at a time; only inside a snapshot.

    Whose order was completed before single drivers' figures are kept no longer names its drivers.
    """
    company = settings_now()
    key = code_key(company)
    since = day_start(company.drivers_since(clock.now()), company.zone)
    about = (Order.completed_at, Rating.answered_at, Order.ref, Order.depot_name, Order.channel)
    said = (Rating.stars, Rating.comment, Rating.open, Rating.nps, Rating.ces)
    columns: list[Any] = [Rating.id, Rating.survey_version_id, Order.id, *about, *said]
    statement = _in_words(select(*columns), chosen, perimeter)
    order = [column.desc() if down else column.asc() for column, down in SORTS[chosen.sort]]
    statement = statement.order_by(*order).execution_options(yield_per=PART)
    for rows in session().execute(statement).partitions():
        crew = _shown(crews([row[2] for row in rows]), key)
        reasons = _reasons(rows)
        for id_, _version, order_id, completed_at, *facts in rows:
            named = crew.get(order_id, ()) if completed_at is None or completed_at >= since else ()
            answered_at, ref, depot, channel, stars, comment, open_, nps, ces = facts
            words = (tuple(name for _, name in named), reasons.get(id_, ()))
            yield Comment(completed_at, answered_at, ref, depot, channel, stars, comment, open_, nps, ces, *words)


def _shown(crew: dict[int, list[tuple[int, str]]], key: str | None) -> dict[int, list[tuple[int, str]]]:
    """The crews as they are; with a key, under the drivers' codes."""
    if key is None:
        return crew
    ids = {driver_id for members in crew.values() for driver_id, _ in members}
    refs = dict(session().execute(select(Driver.id, Driver.ref).where(Driver.id.in_(ids))).all())
    return {
        order: [(id_, shown_driver(refs[id_], name, key)[1]) for id_, name in members]
        for order, members in crew.items()
    }


def _reasons(rows: Sequence[Any]) -> dict[int, tuple[str, ...]]:
    """The reasons of these answers in the words of the survey each was given to, in the language in force."""
    versions = {row[0]: row[1] for row in rows}
    statement = select(RatingReason.rating_id, RatingReason.code).where(RatingReason.rating_id.in_(versions))
    found: dict[int, tuple[str, ...]] = {}
    for id_, code in session().execute(statement.order_by(RatingReason.rating_id, RatingReason.code)):
        reason = shown_to(versions[id_]).reason(code)
        found[id_] = (*found.get(id_, ()), reason.text(language()) if reason else code)
    return found


def named(chosen: ReportFilter, perimeter: Perimeter, key: str | None = None) -> dict[str, list[str]]:
    """What the filter's depots, drivers, services and reasons are called, in the language in force; with a key drivers
    stand under their codes. What the person cannot see stands as the filter has it."""
    depots = {depot.ref: depot.name for depot in depots_of(perimeter)} if chosen.depot else {}
    drivers = {driver.ref: driver.name for driver in drivers_of(perimeter)} if chosen.driver else {}
    reasons = {reason.code: reason.text(language()) for reason in shown_to(None).reasons} if chosen.reason else {}
    return {
        "depot": [depots.get(ref, ref) for ref in chosen.depot],
        "driver": [shown_driver(ref, drivers.get(ref, ref), key)[1] for ref in chosen.driver],
        "channel": [channel_word(channel) for channel in chosen.channel],
        "tag": list(chosen.tag),
        "reason": [reasons.get(code, code) for code in chosen.reason],
    }


def described(chosen: ReportFilter, perimeter: Perimeter) -> list[str]:
    """What restricts the filter beside its days, in words and in the language in force."""
    stars = ["★" + "/".join(map(str, chosen.stars))] if chosen.stars else []
    return stars + [word for words in named(chosen, perimeter).values() for word in words]


def export_of(export_id: int, user_id: int) -> FeedbackExport:
    """The person's own export. Raises UnknownReport, also for another's."""
    found = session().get(FeedbackExport, export_id)
    if found is None or found.user_id != user_id:
        raise UnknownReport
    return found


def exports_of(user_id: int, now: datetime) -> list[FeedbackExport]:
    """The person's files that are made or kept, the newest first."""
    mine = select(FeedbackExport).where(FeedbackExport.user_id == user_id, FeedbackExport.expires_at > now)
    return list(session().scalars(mine.order_by(FeedbackExport.id.desc())))


def free(now: datetime) -> ColumnElement[bool]:
    """Whether an export waits for somebody: it was never begun, or whoever wrote it has fallen silent."""
    dead = and_(FeedbackExport.state == "building", FeedbackExport.lease_until < now)
    return or_(FeedbackExport.state == "waiting", dead)


def exports_left(now: datetime) -> list[int]:
    """Those that wait although they were asked for a while ago: their job was lost, or its process died."""
    left = select(FeedbackExport.id).where(free(now), FeedbackExport.created_at < now - LEFT)
    return list(session().scalars(left.order_by(FeedbackExport.id)))


def reports_of(user_id: int) -> list[SavedReport]:
    """The person's saved reports by name."""
    mine = session().scalars(select(SavedReport).where(SavedReport.user_id == user_id))
    return sorted(mine, key=lambda report: (alphabetical(report.name), report.id))


def report_of(report_id: int, user_id: int) -> SavedReport:
    """The person's own report. Raises UnknownReport, also for another's."""
    found = session().get(SavedReport, report_id)
    if found is None or found.user_id != user_id:
        raise UnknownReport
    return found


def scheduled_reports() -> list[SavedReport]:
    """Those that are sent every so often, of people who may still sign in."""
    sent = select(SavedReport).join(SavedReport.user).where(SavedReport.schedule != NEVER, User.disabled_at.is_(None))
    return list(session().scalars(sent.order_by(SavedReport.id)))


def mails_to_send(now: datetime) -> Select[StaffMail]:
    """Mails that are due and that nobody is at; also those whose sender has fallen silent."""
    due = and_(StaffMail.state == "pending", StaffMail.next_attempt_at <= now)
    dead = and_(StaffMail.state == "sending", StaffMail.lease_until < now)
    return select(StaffMail).where(or_(due, dead))


def due_mails(now: datetime) -> list[int]:
    """Their ids, the oldest first."""
    return list(session().scalars(mails_to_send(now).with_only_columns(StaffMail.id).order_by(StaffMail.id)))
