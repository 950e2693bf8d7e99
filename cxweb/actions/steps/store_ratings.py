"""Chooses among an import's ratings and the stored ones of their orders, and writes the choices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from cxweb.actions.steps.insert_many import insert_many, new_ids
from cxweb.actions.steps.tell_boards import tell_boards_of
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.core.db import session
from cxweb.imports.mapping import Mapping as FileMapping
from cxweb.imports.rating_plan import Stored, decide, outcomes
from cxweb.imports.rating_rows import RatingRow
from cxweb.imports.refusals import Refusal, quoted
from cxweb.imports.tally import Outcome
from cxweb.orders.models import Order
from cxweb.orders.rules import COMPLETED
from cxweb.ratings.models import Rating, RatingReason, RatingVersion

_ORDERS = select(Order.ref, Order.id, Order.status).where(~Order.is_demo).order_by(Order.id)
_STORED = select(
    Rating.id,
    Rating.order_id,
    Rating.ref,
    Rating.stars,
    Rating.comment,
    Rating.answered_at,
    Rating.updated_at,
    Rating.version,
).order_by(Rating.order_id)


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of the ratings a file has of one order, the first of which is the best among them."""

    ratings: Sequence[RatingRow]
    order_id: int = 0
    stored: Stored | None = None
    outcome: str = "refused"
    # Why none of them is taken, and which kind of reason that is.
    refusal: str | None = None
    problem: str = ""

    def outcomes(self) -> list[Outcome]:
        """What becomes of each of its rows; none where it is refused."""
        return [Outcome(name) for name in outcomes(self.ratings, self.outcome)] if self.refusal is None else []

    def refusals(self, mapping: FileMapping) -> Iterable[Refusal]:
        """Its rows as the report gives them; none where it is taken."""
        if self.refusal is not None:
            column = mapping.columns["order_ref"][0]
            for row in self.ratings:
                yield Refusal(row.line, row.ref, self.refusal, self.problem, column, row.order_ref)


def choose(batch: Sequence[Sequence[RatingRow]], *, lock: bool) -> list[Choice]:
    """A choice for each order. The orders are locked first, as a customer's own rating does it."""
    orders = _ORDERS.where(Order.ref.in_([ratings[0].order_ref for ratings in batch]))
    found = session().execute(orders.with_for_update(of=Order) if lock else orders).all()
    facts = {ref: (order_id, status) for ref, order_id, status in found}
    kept = _STORED.where(Rating.order_id.in_([order_id for order_id, _ in facts.values()]))
    rows = session().execute(kept.with_for_update(of=Rating) if lock else kept).all()
    stored = {row.order_id: Stored(*row) for row in rows}
    return [_choice(ratings, facts, stored) for ratings in batch]


def _choice(ratings: Sequence[RatingRow], facts: Mapping[str, tuple[int, str]], stored: Mapping[int, Stored]) -> Choice:
    ref = ratings[0].order_ref
    if ref not in facts:
        return Choice(ratings, refusal=f"no order has the ref {quoted(ref)}", problem="unknown_order")
    order_id, status = facts[ref]
    if status != COMPLETED:
        reason = f"the order {quoted(ref)} is not completed but {status}"
        return Choice(ratings, refusal=reason, problem="not_completed")
    standing = stored.get(order_id)
    return Choice(ratings, order_id, standing, decide(ratings, standing))


def store_choices(choices: Iterable[Choice], now: datetime) -> None:
    """Write the ratings that count now, each with its version."""
    written = [choice for choice in choices if choice.outcome in ("imported", "updated")]
    touch_figures(*(choice.order_id for choice in written if choice.stored is not None))
    new = [choice for choice in written if choice.stored is None]
    ids = new_ids(Rating, len(new))
    insert_many(Rating, [_new(rating_id, choice) for rating_id, choice in zip(ids, new, strict=True)])
    versions = [_version(rating_id, 1, choice, now) for rating_id, choice in zip(ids, new, strict=True)]
    for choice in written:
        if choice.stored is not None:
            versions += _replace(choice, choice.stored, now)
    insert_many(RatingVersion, versions)
    touch_figures(*(choice.order_id for choice in written))
    tell_boards_of([choice.order_id for choice in written])


def _content(choice: Choice) -> dict[str, Any]:
    best = choice.ratings[0]
    # The answer got its content when it was given; a later correction on the page shows by a later `updated_at`.
    instants = {"answered_at": best.answered_at, "updated_at": best.answered_at}
    return {"ref": best.ref, "stars": best.stars, "comment": best.comment, **instants}


def _new(rating_id: int, choice: Choice) -> dict[str, Any]:
    # Which wording it was given to is not known.
    unknown = dict.fromkeys(("survey_version_id", "nps", "ces", "language"))
    return {**_content(choice), **unknown, "id": rating_id, "order_id": choice.order_id, "version": 1}


def _replace(choice: Choice, stored: Stored, now: datetime) -> list[dict[str, Any]]:
    """Let the rating say what the file says; its new version where it said something else before."""
    best = choice.ratings[0]
    other = choice.outcome == "imported"
    differs = other or (best.stars, best.comment) != (stored.stars, stored.comment)
    version = stored.version + differs
    values = {**_content(choice), "version": version}
    if other:
        # Another answer takes the place: what only the former one said goes with it, and stays in the versions.
        values |= dict.fromkeys(("survey_version_id", "nps", "ces", "open", "language"))
        session().execute(delete(RatingReason).where(RatingReason.rating_id == stored.id))
    session().connection().execute(update(Rating).where(Rating.id == stored.id).values(values))
    return [_version(stored.id, version, choice, now)] if differs else []


def _version(rating_id: int, version: int, choice: Choice, now: datetime) -> dict[str, Any]:
    best = choice.ratings[0]
    content = {"stars": best.stars, "comment": best.comment, "nps": None, "ces": None}
    return {"rating_id": rating_id, "version": version, **content, "recorded_at": now}
