"""No more messages: what a message's link says, its one button, and the same act by the button of a mail program.

Whoever knows the 128-bit address may act. It answers with order tracking switched off too: to opt out is a right.
"""

from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cxweb.actions.opt_out_customer import opt_out_customer
from cxweb.actions.readmit_customer import readmit_customer
from cxweb.company.queries import settings
from cxweb.core import tokens
from cxweb.core.i18n import language
from cxweb.core.recipients import masked, usable
from cxweb.notifications.queries import opt_out_of
from cxweb.notifications.rules import SELF_MADE
from cxweb.orders.models import Order
from cxweb.orders.queries import by_token
from cxweb.orders.rules import UnknownOrder
from cxweb.web.company_words import company_words
from cxweb.web.errors import arguments, choose_language
from cxweb.web.public import limits


@dataclass(frozen=True)
class Contact:
    """A contact of the order's customer; `source` says by which way it was opted out, None where it was not."""

    channel: str
    shown: str
    source: str | None

    @property
    def undoable(self) -> bool:
        """Whether the page that opted it out may take that back."""
        return self.source in SELF_MADE


def show(token: str) -> str:
    order, company = _find(token), settings()
    return render_template(
        "public/opt_out.html",
        contacts=_contacts(order, company.company_country),
        company=company_words(company, language()),
        tracking=company.tracking_enabled,
        ref=order.ref,
        token=token,
        asked=arguments().get("lang", ""),
    )


def act(token: str) -> BaseResponse:
    _find(token)
    if request.form.get("List-Unsubscribe") == "One-Click":
        opt_out_customer(token, "one_click")
        # A mail program follows no redirect and shows no page.
        return Response(status=200, mimetype="text/plain")
    if "undo" in request.form:
        readmit_customer(token)
    else:
        opt_out_customer(token, "link")
    return redirect(url_for("public.opt_out", token=token, lang=request.args.get("lang") or None), 303)


def _find(token: str) -> Order:
    """The order of the link, its language in force. Unknown and misshapen look alike: limits.missed()."""
    try:
        order = by_token(token) if tokens.is_link(token) else None
    except UnknownOrder:
        order = None
    choose_language(order.customer.language if order and order.customer else None)
    if order is None:
        raise limits.missed()
    return order


def _contacts(order: Order, country: str) -> list[Contact]:
    if order.customer is None:
        return []
    found = []
    for channel, contact in usable(order.customer.email, order.customer.phone, country):
        row = opt_out_of(channel, contact)
        found.append(Contact(channel, masked(channel, contact), row.source if row else None))
    return found
