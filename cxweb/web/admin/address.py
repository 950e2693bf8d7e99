"""What a list's address asks for: its filters, what is wrong with them, and the addresses of its other pages."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from flask import abort, request

from cxweb.accounts.queries import depots_of
from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import InvalidFilter, ReportFilter, read
from cxweb.analytics.queries import feedback_by
from cxweb.core import clock
from cxweb.core.i18n import gettext, language
from cxweb.core.paging import BadCursor, Page
from cxweb.orders.messages import channel_word
from cxweb.orders.queries import drivers_of
from cxweb.surveys.queries import numbers, shown_to
from cxweb.web.session import me

T = TypeVar("T")
Option = tuple[str, str]
LONGEST = 80


def values() -> dict[str, list[str]]:
    """The query parameters as lists."""
    return {name: [plain(value) for value in found] for name, found in request.args.lists()}


def one(name: str) -> str:
    """The last value of a parameter, empty where it is missing."""
    return plain(request.args.getlist(name)[-1]) if name in request.args else ""


def one_of(name: str, allowed: Collection[str]) -> tuple[str, list[Option]]:
    """The value of a parameter that takes no other ones, and what is wrong with it; empty where it is missing."""
    value = one(name)
    return (value, []) if not value or value in allowed else ("", [(name, problem(name))])


def words() -> str:
    """What is searched for."""
    return one("q")[:LONGEST]


def plain(text: str) -> str:
    """The text on one line, without what no filter means and PostgreSQL refuses."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def with_cursor(cursor: str | None, name: str = "cursor") -> str | None:
    """The address of the same list at another cursor: None for no such page, empty for the first."""
    return None if cursor is None else here(**{name: cursor})


def here(**changed: str) -> str:
    """This page's address with other values; an empty one leaves its parameter out."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changed and value]
    return _joined(request.path, [*kept, *((name, value) for name, value in changed.items() if value)])


def of_filter(path: str, chosen: ReportFilter, **changed: object) -> str:
    """The address of a list that carries the filter, with other values for some parameters: one, several, or none."""
    pairs: list[Option] = []
    for name, value in {**chosen.normalised(), **changed}.items():
        several = value if isinstance(value, list) else [value]
        pairs += [(name, str(one)) for one in several if one not in ("", None)]
    return _joined(path, pairs)


def ratings_of(chosen: ReportFilter, shown: str = "", **changed: object) -> str:
    """The address of the ratings behind a figure; `shown` is one of reviews.filters.SHOWN, or all of them."""
    return of_filter("/admin/ratings", chosen, **changed, shown=shown)


def orders_of(chosen: ReportFilter, **changed: object) -> str:
    """The address of the orders behind a figure (`step`, one of reviews.filters.STEPS, or the completed ones); empty
    where it has none, or the reader may open none."""
    if chosen.about_answers or not me().may("orders"):
        return ""
    return of_filter("/admin/orders", chosen, **{"step": "completed", **changed, "axis": ""})


def _joined(path: str, pairs: list[Option]) -> str:
    query = urlencode(pairs)
    return f"{path}?{query}" if query else path


def with_path(path: str) -> str:
    """Another address with the same filters, such as the list's export."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor" and value]
    return f"{path}?{urlencode(kept)}" if kept else path


@dataclass(frozen=True)
class Asked:
    """The filter of the address; with `errors` it is the empty one."""

    filter: ReportFilter
    errors: list[Option]


def asked(default_axis: str = "completed") -> Asked:
    """The filter the address asks for, on the page's own axis unless it names one."""
    given = values()
    axis = given.get("axis") or [default_axis]
    try:
        return Asked(read({**given, "axis": axis}), [])
    except InvalidFilter as error:
        errors = dict.fromkeys((name, problem(name)) for name, _text in error.errors)
        return Asked(ReportFilter(axis=default_axis), list(errors))


def problem(name: str) -> str:
    """What the filter bar says of a value it cannot read."""
    if name in {"from", "to"}:
        return gettext("Write each date as 2026-11-17, the first one not after the last.")
    return gettext("The filter “%(name)s” holds a value that does not exist.") % {"name": name}


def listing(page: Page[T], perimeter: Perimeter) -> dict[str, object]:
    """What every list's template takes: its rows, the other pages, what is asked for, and the choices of the bar."""
    return {
        "page": page,
        "next": with_cursor(page.next_cursor),
        "first": with_cursor("") if one("cursor") else None,
        "asked": one,
        "depots": [(depot.ref, depot.name) for depot in depots_of(perimeter)],
        "drivers": [(driver.ref, driver.name) for driver in drivers_of(perimeter)],
        "now": clock.now(),
    }


@dataclass(frozen=True)
class Bar:
    """What the bar of the report's filters shows: the days as typed, what is chosen, and what there is to choose."""

    start: str
    end: str
    chosen: ReportFilter
    depots: list[Option]
    drivers: list[Option]
    channels: list[Option]
    reasons: list[Option]
    surveys: list[Option]

    @property
    def further(self) -> bool:
        """Whether one of the filters that stand folded is in force."""
        chosen = self.chosen
        return bool(chosen.channel or chosen.tag or chosen.reason or chosen.survey)


def bar(chosen: ReportFilter, perimeter: Perimeter) -> Bar:
    """The bar of a page that takes all the report's filters."""
    reasons = shown_to(None).reasons
    return Bar(
        one("from"),
        one("to"),
        chosen,
        [(depot.ref, depot.name) for depot in depots_of(perimeter)],
        [(driver.ref, driver.name) for driver in drivers_of(perimeter)],
        [(row.key, channel_word(row.key)) for row in feedback_by(ReportFilter(), perimeter, "channel") if row.key],
        [(reason.code, reason.text(language())) for reason in reasons],
        [(str(number), str(number)) for number in numbers()],
    )


def cut(read_page: Callable[[str | None], Page[T]], name: str = "cursor") -> Page[T]:
    """The page at the address's cursor; a cursor nobody gave out is an unknown page."""
    try:
        return read_page(one(name) or None)
    except BadCursor:
        abort(404)
