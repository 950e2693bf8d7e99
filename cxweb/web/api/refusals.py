"""Each refusal of the product, as the problem it is for a program."""

from typing import NamedTuple

from cxweb.orders import rules
from cxweb.web.api.schemas import BadBody


class Told(NamedTuple):
    """Status, sentence, and pairs of JSON pointer and what is wrong there: what problem() takes."""

    status: int
    detail: str
    errors: list[tuple[str, str]]


REFUSALS = (
    BadBody,
    rules.UnknownOrder,
    rules.OutsidePerimeter,
    rules.ForbiddenTransition,
    rules.FixedByCompletion,
    rules.MissingReason,
    rules.InTheFuture,
)


def told(error: Exception, at: str = "") -> Told:
    """What a program is told of a refusal; `at` is where in the body the order stands."""
    match error:
        case BadBody():
            return Told(422, "Something that was sent cannot be taken.", error.errors)
        case rules.ForbiddenTransition():
            return Told(409, f"An order that is {error.current} cannot become {error.wanted}.", [])
        case rules.FixedByCompletion():
            return Told(409, f"The order is completed: {error} no longer changes.", [(f"{at}/{error}", "is fixed")])
        case rules.MissingReason():
            return Told(422, "Reopening a completed order needs a reason.", [(f"{at}/reason", "is needed")])
        case rules.InTheFuture():
            return Told(422, "The instant lies in the future.", [(f"{at}/at", "lies over 5 minutes ahead")])
    return Told(404, "There is no such order or depot for this key.", [])
