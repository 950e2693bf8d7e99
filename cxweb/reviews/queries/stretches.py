"""An order of answers as stretches that lie along an index, one behind the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, or_

from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.rules import FIVE_STARS
from cxweb.ratings.models import Rating

# The instant and the id behind which a page begins.
Place = tuple[datetime, int]


@dataclass(frozen=True)
class Stretch:
    """Answers with so many stars, or all, in the order they were given or (`back`) the last one first."""

    stars: int | None
    back: bool
    behind: Place | None = None
    # How many there are of the filter; of these stars, where it restricts them; only those to the open question.
    n: int = 0
    among: tuple[int, ...] = ()
    open_: bool = False

    @property
    def wanted(self) -> Sequence[int]:
        return (self.stars,) if self.stars else self.among or FIVE_STARS

    def conditions(self, stars: SQLColumnExpression[int] = Rating.stars) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [] if self.stars is None else [stars == self.stars]
        if self.among:
            found.append(stars.in_(self.among))
        if self.open_:
            found.append(Rating.open.is_not(None))
        if self.behind:
            at, id_ = self.behind
            # Said twice, so that the walk begins there and does not only leave out what comes before.
            found.append(self.ahead(at))
            beyond = Rating.answered_at < at if self.back else Rating.answered_at > at
            found.append(or_(beyond, and_(Rating.answered_at == at, Rating.id > id_)))
        return found

    def ahead(self, at: datetime) -> ColumnElement[bool]:
        return Rating.answered_at <= at if self.back else Rating.answered_at >= at

    def order(self, columns: Any) -> tuple[Any, ...]:
        return (columns.answered_at.desc() if self.back else columns.answered_at.asc(), columns.id.asc())

    def in_order(self, places: list[Place]) -> list[Place]:
        by_id = sorted(places, key=lambda place: place[1])
        return sorted(by_id, key=lambda place: place[0], reverse=self.back)

    def passes(self, one: datetime, other: datetime) -> bool:
        """Whether the one comes before the other, and not at the same instant."""
        return one > other if self.back else one < other


def stretches(chosen: ReportFilter, key: Sequence[Any]) -> Iterator[Stretch]:
    """The sort of the filter, as walks along an index one after the other, from the page's key on."""
    if chosen.sort in ("newest", "oldest"):
        yield Stretch(None, chosen.sort == "newest", (key[0], key[1]) if key else None)
        return
    for stars in FIVE_STARS if chosen.sort == "lowest" else reversed(FIVE_STARS):
        if key and (stars < key[0] if chosen.sort == "lowest" else stars > key[0]):
            continue
        if not chosen.stars or stars in chosen.stars:
            yield Stretch(stars, True, (key[1], key[2]) if key and key[0] == stars else None)
