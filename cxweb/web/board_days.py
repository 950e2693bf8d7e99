"""What a day adds up to, kept in the process and brought up to date by what the log of changes names.

Counting five thousand orders anew for every rating would cost more than everything else a refresh does.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from flask import current_app

from cxweb.accounts.rules import Perimeter
from cxweb.boards.filters import BoardFilter
from cxweb.boards.queries import Head, Tally, depots_shown, heads, log, tallies
from cxweb.boards.rules import MOST_CHANGES
from cxweb.core.change_log import Position
from cxweb.orders.filters import LATE

# How many orders are kept in all; the views used longest ago go first.
MOST_KEPT = 100_000


@dataclass
class _Day:
    """One view of a day, as it stood at a position of the log."""

    position: Position
    orders: dict[int, Tally]


class _Days:
    def __init__(self) -> None:
        self.lock = Lock()
        self.kept: OrderedDict[Hashable, _Day] = OrderedDict()


def heads_now(chosen: BoardFilter, perimeter: Perimeter, now: datetime) -> list[Head]:
    """The groups of the board, with everything that the log knows of by now."""
    if chosen.status == LATE:
        # What is late changes with the clock, and no log says so.
        return heads(tallies(chosen, perimeter, now).values())
    days: _Days = current_app.extensions.setdefault("cxweb.days", _Days())
    # However it is sorted, it adds up to the same.
    key = (perimeter, replace(chosen, report=replace(chosen.report, sort="")))
    with days.lock:
        day = days.kept[key] = _up_to_date(days.kept.pop(key, None), chosen, perimeter, now)
        while len(days.kept) > 1 and sum(len(kept.orders) for kept in days.kept.values()) > MOST_KEPT:
            days.kept.popitem(last=False)
        return heads(day.orders.values())


def _up_to_date(day: _Day | None, chosen: BoardFilter, perimeter: Perimeter, now: datetime) -> _Day:
    news = log().news(day.position if day else None, depots_shown(perimeter), MOST_CHANGES)
    if day is None or news.anew:
        return _Day(news.position, tallies(chosen, perimeter, now))
    if news.orders:
        for order_id in news.orders:
            day.orders.pop(order_id, None)
        day.orders.update(tallies(chosen, perimeter, now, news.orders))
        day.position = news.position
    return day
