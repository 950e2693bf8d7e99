"""What staff do to an order beside moving it: spam marks, a new link, what a customer said on the phone."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.actions.lift_spam import lift_spam
from cxweb.actions.mark_spam import mark_spam
from cxweb.actions.record_phone_rating import record_phone_rating
from cxweb.actions.rotate_link import rotate_link
from cxweb.core.i18n import gettext, lazy
from cxweb.ratings.rules import FIVE, CannotRecord, InvalidAnswer, NothingToMark, choice, written
from cxweb.web.admin.address import plain
from cxweb.web.admin.guard import safe
from cxweb.web.admin.order_page import LONGEST_REASON
from cxweb.web.session import me

REFUSED = {
    "not_completed": lazy("The order is not completed, so there is nothing to rate yet. Nothing was stored."),
    "rated": lazy("The customer has answered meanwhile, and that answer counts. Nothing was stored."),
}


def mark(order_id: int) -> ResponseReturnValue:
    reason = plain(request.form.get("reason", ""))[:LONGEST_REASON]
    if not reason:
        return _back(order_id, gettext("Say why this is spam. Nothing was changed."), "error")
    try:
        mark_spam(order_id, reason, me())
    except NothingToMark:
        return _back(order_id, gettext("Somebody has marked this rating already."), "wait")
    return _back(order_id, gettext("Marked as spam. The rating is in no figure any more; the mark can be lifted."))


def lift(order_id: int) -> ResponseReturnValue:
    try:
        lift_spam(order_id, me())
    except NothingToMark:
        return _back(order_id, gettext("Somebody has lifted this mark already."), "wait")
    return _back(order_id, gettext("The mark is lifted. The rating counts again."))


def rotate(order_id: int) -> ResponseReturnValue:
    rotate_link(order_id, me())
    return _back(order_id, gettext("The order has a new link. The old one opens nothing any more."))


def record(order_id: int) -> ResponseReturnValue:
    try:
        stars = choice("stars", request.form.getlist("stars"), FIVE)
        said = written("comment", request.form.getlist("comment"))
    except InvalidAnswer:
        stars, said = None, None
    if stars is None:
        return _back(order_id, gettext("Choose one to five stars, and write 2,000 characters at the most."), "error")
    try:
        record_phone_rating(order_id, stars, said or None, me())
    except CannotRecord as error:
        return _back(order_id, gettext(REFUSED[error.reason]), "error")
    return _back(order_id, gettext("Kept apart from the figures, until the customer’s own answer replaces it."))


def _back(order_id: int, text: str, look: str = "done") -> ResponseReturnValue:
    """To where the act was asked for: the order's page, or the board it is open on."""
    flash(text, look)
    target = safe(request.form.get("next", ""))
    return redirect(target if target.startswith("/admin/live") else f"/admin/orders/{order_id}", 303)
