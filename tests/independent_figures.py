"""The figures once more, from raw rows by SQL and plain Python: nothing of the product is imported here."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.independent_formulas import JSON, mean_of, part, promoters, share

# Ties of newest and oldest by id; of lowest and highest by the newest answer, then by id.
SORTS: dict[str, Callable[["Answered"], tuple[float, ...]]] = {
    "newest": lambda answer: (-answer.at.timestamp(), answer.id),
    "oldest": lambda answer: (answer.at.timestamp(), answer.id),
    "lowest": lambda answer: (answer.stars, -answer.at.timestamp(), answer.id),
    "highest": lambda answer: (-answer.stars, -answer.at.timestamp(), answer.id),
}
Query = Callable[[str], Sequence[Sequence[Any]]]


@dataclass
class Answered:
    """What one order's customer answered, as it stands."""

    id: int
    stars: int
    nps: int | None
    ces: int | None
    comment: str | None
    open: str | None
    at: datetime
    survey: int | None
    asks_nps: bool
    reasons: dict[str, str]
    spam: bool


@dataclass
class Row:
    """An order with everything that figures look at."""

    ref: str
    status: str
    completed_at: datetime | None
    depot: int | None
    channel: str
    eligible: bool
    test: bool
    opened: bool
    crew: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    rating: Answered | None = None
    phone: tuple[datetime, int] | None = None
    # 0: no invitation left; 1: one did; 2: one was not refused.
    message: int = 0


@dataclass
class Company:
    """The database as it is."""

    rows: list[Row]
    depots: dict[int, tuple[str, str, int | None]]
    drivers: dict[str, str]
    settings: dict[str, str]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.get("company.timezone", "Europe/Paris"))

    def branch(self, tops: Iterable[int]) -> set[int]:
        found, wanted = set[int](), set(tops)
        while wanted - found:
            found |= wanted
            wanted = {key for key, (_, _, above) in self.depots.items() if above in found}
        return found


def read(query: Query) -> Company:
    """Everything, table by table."""
    rows = {
        row[0]: Row(row[1], row[2], instant(row[3]), row[4], row[5], bool(row[6]), bool(row[7]), row[8] is not None)
        for row in query(
            'SELECT id, ref, status, completed_at, depot_id, channel, eligible, is_test, seen_at FROM "order"'
        )
    }
    drivers = {key: (ref, name) for key, ref, name in query("SELECT id, ref, name FROM driver")}
    for order, driver in query("SELECT order_id, driver_id FROM crew_member"):
        rows[order].crew.append(drivers[driver][0])
    for order, tag in query("SELECT order_id, tag FROM order_tag"):
        rows[order].tags.add(tag)
    surveys = {
        key: (number, bool(asks)) for key, number, asks in query("SELECT id, number, asks_nps FROM survey_version")
    }
    ratings = {}
    for key, order, stars, nps, ces, comment, said, at, survey in query(
        "SELECT id, order_id, stars, nps, ces, comment, open, answered_at, survey_version_id FROM rating"
    ):
        number, asks = surveys.get(survey, (None, False))
        moment = instant(at)
        assert moment is not None
        ratings[key] = rows[order].rating = Answered(
            key, stars, nps, ces, comment, said, moment, number, asks, {}, False
        )
    for key, code, cause in query("SELECT rating_id, code, cause FROM rating_reason"):
        ratings[key].reasons[code] = cause
    for (key,) in query("SELECT rating_id FROM spam_mark WHERE lifted_at IS NULL"):
        ratings[key].spam = True
    for order, at, stars in query("SELECT order_id, recorded_at, stars FROM phone_rating"):
        told = instant(at)
        assert told is not None
        rows[order].phone = (told, stars)
    for order, state, invites, sent in query("SELECT order_id, state, invites, sent_at FROM notification"):
        if invites and sent is not None:
            rows[order].message = max(rows[order].message, 2 if state in ("sent", "delivered") else 1)
    depots = {key: (ref, name, above) for key, ref, name, above in query("SELECT id, ref, name, parent_id FROM depot")}
    settings = dict(tuple(row) for row in query("SELECT key, value FROM setting"))
    return Company(list(rows.values()), depots, dict(drivers.values()), settings)


def instant(value: Any) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Midnights are counted: the day of an instant is the last one that has begun, by the first of two midnights."""
    day = moment.astimezone(zone).date() + timedelta(days=2)
    while datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) > moment:
        day -= timedelta(days=1)
    return day


def answer(company: Company, chosen: Mapping[str, Any], by: str, now: datetime, perimeter: int | None = None) -> JSON:
    """`total` and `rows` of the API's answer. `chosen` has the filter's parameters as lists, dates as dates."""
    kept = dict(chosen)
    if chosen.get("driver") or by == "driver":
        since = _kept_since(company, now)
        kept["from"] = max(kept.get("from") or since, since)
    total = kept if chosen.get("driver") else dict(chosen)
    found = {"total": _figures(company, _selected(company, total, perimeter), total, None, None)}
    groups: dict[str | None, str | None] = {}
    selected = _selected(company, kept, perimeter)
    for row in selected:
        for key, name in _keys(company, row, kept, by):
            groups[key] = name
    rows = []
    for key in sorted(groups, key=lambda key: (key is None, key or "")):
        figures = _figures(company, selected, kept, by, key)
        if figures["completed"] or figures["stars"]["n"]:
            rows.append({"key": key, "name": groups[key], **figures})
    return {**found, "rows": rows}


def _kept_since(company: Company, now: datetime) -> date:
    months = int(company.settings.get("drivers.months", "12"))
    day = now.astimezone(company.zone).date()
    while months:
        day = day.replace(day=1) - timedelta(days=1)
        months -= 1
    return day.replace(day=min(now.astimezone(company.zone).date().day, 28))


def _about_answers(chosen: Mapping[str, Any]) -> bool:
    return chosen.get("axis") == "answered" or any(chosen.get(name) for name in ("stars", "survey", "reason"))


def _selected(company: Company, chosen: Mapping[str, Any], perimeter: int | None) -> list[Row]:
    """The orders that the filter lets through, whatever their dates."""
    depots = None if perimeter is None else company.branch([perimeter])
    if chosen.get("depot"):
        named = company.branch(key for key, (ref, _, _) in company.depots.items() if ref in chosen["depot"])
        depots = named if depots is None else depots & named
    return [
        row
        for row in company.rows
        if not row.test
        and (depots is None or row.depot in depots)
        and (not chosen.get("channel") or row.channel in chosen["channel"])
        and (not chosen.get("tag") or row.tags & set(chosen["tag"]))
        and (not chosen.get("driver") or set(row.crew) & set(chosen["driver"]))
    ]


def _in_time(company: Company, moment: datetime | None, chosen: Mapping[str, Any]) -> bool:
    if moment is None:
        return False
    day = local_day(moment, company.zone)
    return (chosen.get("from") or day) <= day <= (chosen.get("to") or day)


def _keys(company: Company, row: Row, chosen: Mapping[str, Any], by: str) -> list[tuple[str | None, str | None]]:
    """Every key the order may stand under: by date those of its completion, of its answer and of a telephone call."""
    if by == "driver":
        crew = [ref for ref in row.crew if not chosen.get("driver") or ref in chosen["driver"]]
        return [(ref, company.drivers[ref]) for ref in crew] or ([] if row.crew else [(None, None)])
    if by == "depot":
        return [company.depots[row.depot][:2] if row.depot is not None else (None, None)]
    if by == "channel":
        return [(row.channel, row.channel)]
    moments = [row.completed_at, row.rating.at if row.rating else None, row.phone[0] if row.phone else None]
    return [(date_key(local_day(moment, company.zone), by), None) for moment in moments if moment is not None]


def date_key(day: date, by: str) -> str:
    quarter = {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2, 7: 3, 8: 3, 9: 3}.get(day.month, 4)
    formats = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "quarter": f"%Y-Q{quarter}", "year": "%Y"}
    return day.strftime(formats[by]).zfill(4)


def _figures(
    company: Company, selected: Sequence[Row], chosen: Mapping[str, Any], by: str | None, key: str | None
) -> JSON:
    def counts(row: Row, moment: datetime | None) -> bool:
        if not _in_time(company, moment, chosen):
            return False
        assert moment is not None
        if by in ("day", "week", "month", "quarter", "year"):
            return date_key(local_day(moment, company.zone), by) == key
        return by is None or key in [found for found, _ in _keys(company, row, chosen, by)]

    by_answer = chosen.get("axis") == "answered"
    completed = [row for row in selected if row.status == "completed" and counts(row, row.completed_at)]
    if by_answer:
        pairs = [(row, row.rating) for row in selected if row.rating and counts(row, row.rating.at)]
        phones = [row.phone for row in selected if row.phone and not row.rating and counts(row, row.phone[0])]
    else:
        pairs = [(row, row.rating) for row in completed if row.rating]
        phones = [row.phone for row in completed if row.phone and not row.rating]
    if chosen.get("survey") or chosen.get("reason"):
        phones = []
    if chosen.get("stars"):
        phones = [phone for phone in phones if phone[1] in chosen["stars"]]
    wanted = [rating for _, rating in pairs if _asked(rating, chosen)]
    figures = _of_answers([rating for rating in wanted if not rating.spam], company.settings)
    beside: JSON = {"spam": sum(rating.spam for rating in wanted), "by_phone": len(phones), "reached": None}
    if _about_answers(chosen):
        orders = dict.fromkeys(("completed", "eligible", "rated", "response_rate"))
        return {**orders, **figures, "beside": beside}
    eligible = [row for row in completed if row.eligible]
    rated = sum(_speaks(row) for row in eligible)
    reached = [row for row in completed if row.message == 2]
    beside["reached"] = (len(reached), part(sum(_speaks(row) for row in reached), len(reached)))
    beside["funnel"] = [
        sum(row.message > 0 for row in completed),
        len(reached),
        sum(_speaks(row) for row in reached),
        sum(_speaks(row) and row.rating is not None and row.rating.comment is not None for row in reached),
        sum(_speaks(row) and not row.message for row in completed),
        sum(row.opened for row in completed),
    ]
    counted = {"completed": len(completed), "eligible": len(eligible), "rated": rated}
    return {**counted, "response_rate": part(rated, len(eligible)), **figures, "beside": beside}


def _speaks(row: Row) -> bool:
    return row.rating is not None and not row.rating.spam


def _asked(rating: Answered, chosen: Mapping[str, Any]) -> bool:
    return (
        (not chosen.get("stars") or rating.stars in chosen["stars"])
        and (not chosen.get("survey") or str(rating.survey) in chosen["survey"])
        and (not chosen.get("reason") or bool(set(rating.reasons) & set(chosen["reason"])))
    )


def _of_answers(answers: Sequence[Answered], settings: Mapping[str, str]) -> JSON:
    stars = [answer.stars for answer in answers]
    scores = [answer.nps for answer in answers if answer.nps is not None]
    efforts = [answer.ces for answer in answers if answer.ces is not None]
    plain = [answer.stars for answer in answers if not answer.asks_nps]
    promoting, detracting = (int(part) for part in settings.get("figures.nps_stars", "5-3").split("-"))
    ces = mean_of(efforts)
    chosen = [answer for answer in answers if answer.reasons]
    return {
        "stars": {**mean_of(stars), "counts": [stars.count(n) for n in (1, 2, 3, 4, 5)]},
        "csat": share(sum(n >= 4 for n in stars), len(stars)),
        "nps_stars": promoters([n >= promoting for n in plain], [n <= detracting for n in plain]),
        "nps": promoters([n >= 9 for n in scores], [n <= 6 for n in scores]),
        "tud": share(sum(n <= 1 for n in scores), len(scores)),
        "ces": {**ces, "easy_share": part(sum(n >= 4 for n in efforts), len(efforts))},
        "reasons": {
            "n": len(chosen),
            "own": sum("driver" in answer.reasons.values() for answer in chosen),
            "counts": dict(Counter(code for answer in chosen for code in answer.reasons)),
        },
        "lists": {sort: [answer.id for answer in sorted(answers, key=key)] for sort, key in SORTS.items()},
        "open_list": [answer.id for answer in sorted(answers, key=SORTS["newest"]) if answer.open is not None],
        "open": {n: sum(answer.stars == n and answer.open is not None for answer in answers) for n in (1, 2, 3, 4, 5)},
        "cross": [
            [
                sum(answer.stars == n and answer.nps is not None and low <= answer.nps <= high for answer in answers)
                for low, high in ((0, 6), (7, 8), (9, 10))
            ]
            for n in (1, 2, 3, 4, 5)
        ],
    }
