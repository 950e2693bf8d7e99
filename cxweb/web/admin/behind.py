"""The words for the part of a list that is behind one figure, as the lists' filters offer it."""

from collections.abc import Mapping

from cxweb.core.i18n import gettext, lazy
from cxweb.reviews.filters import SPAM
from cxweb.web.admin.address import Option

SHOWN_WORDS: Mapping[str, str] = {
    "comment": lazy("with a comment"),
    "open": lazy("with an open answer"),
    "nps": lazy("with an NPS answer"),
    "promoters": lazy("promoters (9 or 10)"),
    "passives": lazy("passives (7 or 8)"),
    "detractors": lazy("detractors (0 to 6)"),
    "ultra_detractors": lazy("ultra-detractors (0 or 1)"),
    "nps_stars": lazy("counted in the NPS (stars)"),
    "ces": lazy("with a CES answer"),
    "easy": lazy("found it easy (CES 4 or 5)"),
    "reasons": lazy("with a reason"),
    "driver_reasons": lazy("with a reason of the driver’s"),
    SPAM: lazy("marked as spam"),
}
STEP_WORDS: Mapping[str, str] = {
    "completed": lazy("completed"),
    "eligible": lazy("completed and to rate"),
    "rated": lazy("to rate, and rated"),
    "sent": lazy("message sent"),
    "reached": lazy("message not refused"),
    "reached_rated": lazy("message, then rated"),
    "reached_commented": lazy("message, then a comment"),
    "rated_unasked": lazy("rated without a message"),
    "opened": lazy("whose page was opened"),
    "by_phone": lazy("rated by phone alone"),
}


def shown_offered() -> list[Option]:
    """The parts of the ratings' list: values and words, all of it first."""
    return [("", gettext("all ratings")), *((name, gettext(words)) for name, words in SHOWN_WORDS.items())]


def steps_offered() -> list[Option]:
    """The orders that the report counts somewhere: values and words, all orders first."""
    return [("", gettext("all orders")), *((name, gettext(words)) for name, words in STEP_WORDS.items())]
