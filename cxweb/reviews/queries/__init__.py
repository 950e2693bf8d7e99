"""Listing answers, always within a perimeter."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.filters import ReportFilter, answers_of
from cxweb.analytics.rules import FIVE_STARS, Mean, mean
from cxweb.core import paging
from cxweb.core.db import session
from cxweb.core.paging import Page
from cxweb.orders.models import Order
from cxweb.orders.queries import crews
from cxweb.ratings.models import Rating, RatingMark, RatingReason
from cxweb.reviews.filters import ANSWERS, SPAM
from cxweb.reviews.queries.walks import next_ids, plain

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True)
class Answer:
    """A line of a list of answers: what was said, about which order, by whom it was brought."""

    id: int
    stars: int
    comment: str | None
    language: str | None
    answered_at: datetime
    order_id: int
    ref: str
    drivers: list[tuple[int, str]]
    nps: int | None = None
    ces: int | None = None
    open: str | None = None
    survey_version_id: int | None = None
    reasons: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


# Ties of newest and oldest: by id; of lowest and highest: the newest answer first, then by id.
SORTS: dict[str, list[tuple[SQLColumnExpression[Any], bool]]] = {
    "newest": [(Rating.answered_at, True), (Rating.id, False)],
    "oldest": [(Rating.answered_at, False), (Rating.id, False)],
    "lowest": [(Rating.stars, False), (Rating.answered_at, True), (Rating.id, False)],
    "highest": [(Rating.stars, True), (Rating.answered_at, True), (Rating.id, False)],
}

_COLUMNS = select(
    Rating.id,
    Rating.stars,
    Rating.comment,
    Rating.language,
    Rating.answered_at,
    Order.id.label("order_id"),
    Order.ref,
    Rating.nps,
    Rating.ces,
    Rating.open,
    Rating.survey_version_id,
)


def answers(
    chosen: ReportFilter,
    perimeter: Perimeter,
    words: str = "",
    cursor: str | None = None,
    size: int = 30,
    *,
    shown: str = "",
) -> Page[Answer]:
    """The answers of the filter whose comment holds the words, in the filter's order. Raises paging.BadCursor.

    `shown` is one of filters.SHOWN, for those behind one figure alone.
    """
    if words or shown or not plain(chosen):
        return _page(_narrowed(_COLUMNS, chosen, perimeter, words, shown), chosen.sort, cursor, size)
    return _next(chosen, perimeter, cursor, size, open_=False)


def open_answers(
    chosen: ReportFilter, perimeter: Perimeter, stars: int | None = None, cursor: str | None = None, size: int = 30
) -> Page[Answer]:
    """What was answered to the open question by those who gave so many stars, or by all. Raises paging.BadCursor."""
    if plain(chosen) and (stars is None or not chosen.stars):
        chosen = chosen if stars is None else replace(chosen, stars=(stars,))
        return _next(chosen, perimeter, cursor, size, open_=True)
    statement = answers_of(_COLUMNS, chosen, perimeter).where(Rating.open.is_not(None))
    return _page(statement if stars is None else statement.where(Rating.stars == stars), chosen.sort, cursor, size)


def _next(chosen: ReportFilter, perimeter: Perimeter, cursor: str | None, size: int, *, open_: bool) -> Page[Answer]:
    """The page of a filter whose answers can be found one after the other."""
    ids = next_ids(chosen, perimeter, _key(chosen.sort, cursor), size + 1, open_=open_)
    statement = _COLUMNS.join(Order, Order.id == Rating.order_id).where(Rating.id.in_(ids))
    rows = {row.id: row for row in session().execute(statement)} if ids else {}
    return _cut([rows[id_] for id_ in ids if id_ in rows], chosen.sort, size)


def _page(statement: Select[*Columns], sort: str, cursor: str | None, size: int) -> Page[Answer]:
    order, key = SORTS[sort], _key(sort, cursor)
    if key:
        statement = statement.where(paging.after(order, key))
    statement = statement.order_by(*(column.desc() if down else column.asc() for column, down in order))
    return _cut(session().execute(statement.limit(size + 1)).all(), sort, size)


def _key(sort: str, cursor: str | None) -> tuple[Any, ...]:
    """The key that a cursor holds: stars where they are sorted by, instant, id; empty without a cursor."""
    if not cursor:
        return ()
    *stars, answered_at, id_ = paging.decode(cursor, len(SORTS[sort]))
    numbers = [paging.number(value, cursor) for value in (*stars, id_)]
    return (*numbers[:-1], paging.instant(answered_at, cursor), numbers[-1])


def _cut(rows: Sequence[Any], sort: str, size: int) -> Page[Answer]:
    """A page of these rows, of which there may be one more; with what is told of each besides."""
    crew = crews([row.order_id for row in rows])
    reasons, marks = (_words_of(model, [row.id for row in rows]) for model in (RatingReason.code, RatingMark.kind))
    found = [
        Answer(
            **row._mapping,
            drivers=crew.get(row.order_id, []),
            reasons=reasons.get(row.id, ()),
            marks=marks.get(row.id, ()),
        )
        for row in rows
    ]
    with_stars = len(SORTS[sort]) == 3
    return paging.cut(
        found, size, lambda row: (*([row.stars] if with_stars else []), row.answered_at.isoformat(), row.id)
    )


def _words_of(column: InstrumentedAttribute[str], rating_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """The reasons or marks of these ratings."""
    rating_id = column.class_.rating_id
    found: dict[int, tuple[str, ...]] = {}
    rows = session().execute(select(rating_id, column).where(rating_id.in_(rating_ids)).order_by(rating_id, column))
    for id_, word in rows:
        found[id_] = (*found.get(id_, ()), word)
    return found


def stars_of(chosen: ReportFilter, perimeter: Perimeter, words: str = "", shown: str = "") -> Mean:
    """The stars of the same answers, with n, mean and interval."""
    statement = _narrowed(select(*tallies()), chosen, perimeter, words, shown)
    return mean([int(value or 0) for value in session().execute(statement).one()], FIVE_STARS)


def tallies() -> list[ColumnElement[Any]]:
    return [func.sum(case((Rating.stars == n, 1), else_=0)) for n in FIVE_STARS]


def _narrowed(
    columns: Select[*Columns], chosen: ReportFilter, perimeter: Perimeter, words: str, shown: str
) -> Select[*Columns]:
    statement = answers_of(columns, chosen, perimeter, spam=shown == SPAM)
    if shown in ANSWERS:
        statement = statement.where(ANSWERS[shown])
    return statement.where(Rating.comment.icontains(words, autoescape=True)) if words else statement
