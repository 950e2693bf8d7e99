"""The figures of a report, always within a perimeter: what page, API and export share."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter, answers_of, conditions, kept, of_answers
from cxweb.analytics.rules import (
    Counts,
    Crosstab,
    Feedback,
    FeedbackRow,
    Funnel,
    ReasonShare,
    ReasonShares,
    figures,
    share,
)
from cxweb.company.models import Depot
from cxweb.company.queries import settings_now
from cxweb.core.days import day_of, local_day
from cxweb.core.db import session
from cxweb.orders.models import CrewMember, Driver, Order
from cxweb.orders.queries import within
from cxweb.ratings.models import PhoneRating, Rating, RatingReason
from cxweb.rollups.queries import Key, by_phone, facts, sums
from cxweb.rollups.rules import BESIDE, CES, CROSS, NPS, ORDERS, PERIODS, PLAIN, REASONED, STARS, WAY, period_key

GROUPS = ("driver", "depot", "channel")
BY = (*PERIODS, *GROUPS)
# What the figures are made of.
OF_FEEDBACK = (*ORDERS, *STARS, *PLAIN, *NPS, *CES, *BESIDE, "reached", "reached_rated")
Tallies = dict[str, int]


def feedback(chosen: ReportFilter, perimeter: Perimeter) -> Feedback:
    """The figures of the filter within the perimeter; an order handled by several drivers counts once."""
    return _feedback(_total(OF_FEEDBACK, chosen, perimeter), chosen)


def feedback_by(chosen: ReportFilter, perimeter: Perimeter, by: str) -> list[FeedbackRow]:
    """The figures of each date, driver, depot or channel that has an order or an answer, ascending, None last.

    A crew's rating goes to each driver. Of drivers only what is still kept counts, and only the chosen ones stand.
    """
    chosen = kept(chosen, settings_now()) if by == "driver" else chosen
    found = tallied(OF_FEEDBACK, chosen, perimeter, by)
    names = _names(by, found)
    rows = []
    for key, tallies in found.items():
        shown, name = names.get(key, (key, None))
        row = FeedbackRow(shown, name, _feedback(tallies, chosen))
        if row.feedback.completed or row.feedback.stars.n:
            rows.append(row)
    return sorted(rows, key=lambda row: (row.key is None, row.key or ""))


def funnel(chosen: ReportFilter, perimeter: Perimeter) -> Funnel:
    """From the invitations that left to the comments; empty where the filter is about answers."""
    if chosen.about_answers:
        return Funnel()
    found = _total(WAY, chosen, perimeter)
    return Funnel(*(found[name] for name in WAY))


def crosstab(chosen: ReportFilter, perimeter: Perimeter) -> Crosstab:
    """Stars against the 0–10 answers."""
    found = _total(CROSS, chosen, perimeter)
    values = [found[name] for name in CROSS]
    return Crosstab(sum(values), tuple((values[at], values[at + 1], values[at + 2]) for at in range(0, 15, 3)))


def reason_shares(chosen: ReportFilter, perimeter: Perimeter) -> ReasonShares:
    """The share of each reason among the answers that have one."""
    found = _total(REASONED, chosen, perimeter)
    n = found["reasoned"]
    statement = select(RatingReason.code, RatingReason.cause, func.count())
    statement = answers_of(statement, chosen, perimeter).join(RatingReason, RatingReason.rating_id == Rating.id)
    counted: dict[str, list[tuple[int, str]]] = {}
    for code, cause, count in session().execute(statement.group_by(RatingReason.code, RatingReason.cause)):
        counted.setdefault(code, []).append((count, cause))
    # A survey's editor may give a reason another cause; it shows the one that most answers have.
    totals = [(code, max(parts)[1], sum(count for count, _ in parts)) for code, parts in counted.items()]
    rows = [ReasonShare(code, cause, count, share(count, n)) for code, cause, count in totals]
    rows.sort(key=lambda row: (-row.count, row.code))
    return ReasonShares(n, tuple(rows), share(found["reasoned_driver"], n))


def _feedback(found: Tallies, chosen: ReportFilter) -> Feedback:
    orders = [None if chosen.about_answers else found[name] for name in (*ORDERS, "reached", "reached_rated")]
    answers = [tuple(found[name] for name in names) for names in (STARS, PLAIN, NPS, CES)]
    beside = [found[name] for name in BESIDE]
    return figures(Counts(*orders[:3], *answers, *beside, *orders[3:]), settings_now().nps_stars)  # type: ignore[arg-type]


def _total(names: Sequence[str], chosen: ReportFilter, perimeter: Perimeter) -> Tallies:
    return tallied(names, chosen, perimeter, None).get(None) or dict.fromkeys(names, 0)


def tallied(names: Sequence[str], chosen: ReportFilter, perimeter: Perimeter, by: str | None) -> dict[Any, Tallies]:
    """The tallies of these names for each key: a period's name, the id of a driver or depot, a channel."""
    found: dict[Any, Tallies] = {}
    for row in _rows(names, chosen, perimeter, by):
        values = row._mapping
        key: Any = row[0] if by else None
        if by in PERIODS:
            key = period_key(date.fromisoformat(key), by)
        into = found.setdefault(key, dict.fromkeys(names, 0))
        for name in names:
            into[name] += int(values.get(name) or 0)
    return found


def _rows(names: Sequence[str], chosen: ReportFilter, perimeter: Perimeter, by: str | None) -> list[Any]:
    by_driver = by == "driver"
    wanted = [name for name in names if name != "by_phone"]
    way = bool(set(wanted) & set(WAY)) and not chosen.about_answers
    instant = Rating.answered_at if chosen.axis == "answered" else Order.completed_at
    statement = facts(chosen.axis, _keys(by, instant), way=way, by_driver=by_driver)
    statement = _narrowed(statement.where(*conditions(chosen), *of_answers(chosen)), chosen, perimeter, by_driver)
    rows = list(session().execute(sums(statement, wanted)))
    if "by_phone" in names and not (chosen.survey or chosen.reason):
        instant = PhoneRating.recorded_at if chosen.axis == "answered" else Order.completed_at
        statement = by_phone(chosen.axis, _keys(by, instant), by_driver=by_driver)
        statement = statement.where(*conditions(chosen, PhoneRating.recorded_at))
        if chosen.stars:
            statement = statement.where(PhoneRating.stars.in_(chosen.stars))
        rows += session().execute(_narrowed(statement, chosen, perimeter, by_driver))
    return rows


def _narrowed(statement: Select[Any], chosen: ReportFilter, perimeter: Perimeter, by_driver: bool) -> Select[Any]:
    if by_driver and chosen.driver:
        drivers = select(Driver.id).where(Driver.ref.in_(chosen.driver))
        statement = statement.where(CrewMember.driver_id.in_(drivers))
    return within(statement, perimeter)


def _keys(by: str | None, instant: Any) -> list[Key]:
    if by is None:
        return []
    if by in PERIODS:
        first, last = _extent(instant)
        return [local_day(instant, settings_now().zone, first, last)]
    columns: dict[str, Key] = {"driver": CrewMember.driver_id, "depot": Order.depot_id, "channel": Order.channel}  # type: ignore[dict-item]
    return [columns[by]]


def _extent(instant: Any) -> tuple[date, date]:
    """The days of the first and the last of these instants there are, each from its index."""
    ends = [session().scalar(select(end(instant))) for end in (func.min, func.max)]
    zone = settings_now().zone
    return tuple(day_of(end, zone) if end is not None else date(2000, 1, 1) for end in ends)  # type: ignore[return-value]


def _names(by: str, keys: Collection[Any]) -> dict[Any, tuple[str | None, str | None]]:
    """The key and the name that stand for each driver's or depot's id, and for each channel."""
    if by == "channel":
        return {key: (key, key) for key in keys}
    if by in PERIODS:
        return {}
    model = Driver if by == "driver" else Depot
    ids = [key for key in keys if key is not None]
    rows = session().execute(select(model.id, model.ref, model.name).where(model.id.in_(ids)))
    return {id_: (ref, name) for id_, ref, name in rows}
