"""What a live board's address asks for, and everything the board shows of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import request

from cxweb.accounts.queries import depots_of
from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import day_start
from cxweb.analytics.rules import FIVE_STARS, Mean, mean
from cxweb.boards.filters import BY, BoardFilter
from cxweb.boards.queries import Head, Line, lines, newest, whole
from cxweb.boards.rules import lateness, sort_key
from cxweb.company.queries import settings, zone_of
from cxweb.orders.filters import CHOICES
from cxweb.orders.queries import crews
from cxweb.web.admin import address
from cxweb.web.board_days import heads_now

ROWS, MOST_ROWS, LATEST = 300, 10_000, 8
# The board runs through the day unless it is asked to be sorted otherwise.
SORT = "oldest"
# Parameters that do not change what the board itself shows: where it stands in the log, and the open order.
OWN = ("v", "order")


@dataclass(frozen=True)
class Group:
    head: Head
    lines: Sequence[Line]


@dataclass(frozen=True)
class Shown:
    """A board with its words: whatever the page, its refresh and their partials need."""

    chosen: BoardFilter
    total: Head
    stars: Mean
    groups: Sequence[Group]
    latest: Sequence[Line]
    crews: dict[int, list[tuple[int, str]]]
    now: datetime
    zone: ZoneInfo

    @property
    def rows(self) -> int:
        return sum(len(group.lines) for group in self.groups)

    @property
    def until(self) -> datetime:
        """When the day it shows ends."""
        return day_start(self.chosen.day + timedelta(days=1), self.chosen.zone)

    @property
    def is_today(self) -> bool:
        """Whether the board shows the running day, and so has to go on to the next one at its end."""
        return self.chosen.day == self.now.astimezone(self.chosen.zone).date()

    def zone_of(self, line: Line) -> tzinfo:
        """The zone an order's times are shown in."""
        return ZoneInfo(line.timezone) if line.timezone else self.zone

    def late(self, line: Line) -> timedelta | None:
        return lateness(line.status, line.promised_to, line.eta, line.completed_at, self.now)

    def place(self, line: Line) -> float:
        return sort_key(self.chosen.report.sort, line.rating, line.due_at)


def asked_board(perimeter: Perimeter, now: datetime) -> tuple[BoardFilter, list[address.Option]]:
    """The board the address asks for, and what of it cannot be read."""
    found, company = address.asked(), settings()
    report, errors = replace(found.filter, start=None, end=None, axis="completed"), list(found.errors)
    if not address.one("sort"):
        report = replace(report, sort=SORT)
    known = depots_of(perimeter)
    own = [depot for depot in known if depot.id == perimeter.home or (depot.ref,) == report.depot]
    zone = zone_of(own[-1] if own else None, company)
    status, by = address.one("status"), address.one("by") or BY[0]
    for name, value, allowed in (("status", status, ("", *CHOICES)), ("by", by, BY)):
        if value not in allowed:
            errors.append((name, address.problem(name)))
    day = _day(now.astimezone(zone).date(), errors)
    chosen = BoardFilter(
        day=day,
        zone=zone,
        by=by if by in BY else BY[0],
        status=status if status in CHOICES else "",
        words=address.words(),
        low=address.one("low") == "on",
        report=report,
    )
    return chosen, errors


def _day(today: date, errors: list[address.Option]) -> date:
    text = address.one("day")
    try:
        day = date.fromisoformat(text) if text else today
        if not date(1971, 1, 1) <= day <= date(9990, 1, 1):
            raise ValueError
    except ValueError:
        errors.append(("day", address.problem("from")))
        return today
    return day


def view_key() -> tuple[tuple[str, str], ...]:
    """The address's parameters that decide what the board shows."""
    return tuple(sorted((name, value) for name, value in request.args.items(multi=True) if name not in OWN and value))


def with_parameters(**changed: str) -> str:
    """The board's address with some of its parameters changed; an empty one is left out."""
    values = [(name, value) for name, value in view_key() if name not in changed]
    return f"/admin/live?{urlencode([*values, *((name, value) for name, value in changed.items() if value)])}"


def read_board(chosen: BoardFilter, perimeter: Perimeter, now: datetime, *, rows: int) -> Shown:
    """The whole board, cut after so many rows."""
    found = heads_now(chosen, perimeter, now)
    taken, left = [], rows
    for head in found:
        if left > 0:
            taken.append(head)
            left -= head.shown
    by_key: dict[int | None, list[Line]] = {head.key: [] for head in taken}
    if taken:
        for line in lines(chosen, perimeter, now, groups=taken):
            by_key[line.key].append(line)
    groups, left = [], rows
    for head in taken:
        groups.append(Group(head, by_key[head.key][:left]))
        left -= len(groups[-1].lines)
    return _shown(chosen, perimeter, now, found, groups, newest(chosen, perimeter, now, LATEST))


def read_news(chosen: BoardFilter, perimeter: Perimeter, now: datetime, ids: Sequence[int]) -> Shown:
    """What of the board these orders change: their rows, the heads of their groups, the counters."""
    found = heads_now(chosen, perimeter, now)
    changed = lines(chosen, perimeter, now, ids=ids)
    groups = [Group(head, [line for line in changed if line.key == head.key]) for head in found]
    latest = [line for line in changed if line.rating is not None and not line.is_test]
    return _shown(chosen, perimeter, now, found, [group for group in groups if group.lines], latest)


def _shown(
    chosen: BoardFilter,
    perimeter: Perimeter,
    now: datetime,
    found: Sequence[Head],
    groups: Sequence[Group],
    latest: Sequence[Line],
) -> Shown:
    total = whole(found)
    shown = [line.id for group in groups for line in group.lines]
    return Shown(
        chosen=chosen,
        total=total,
        stars=mean(total.stars, FIVE_STARS),
        groups=groups,
        latest=latest,
        crews=crews(shown) if shown else {},
        now=now,
        zone=chosen.zone,
    )
