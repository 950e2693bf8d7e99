"""The ratings' list: filters, four sorts, search in the comments."""

from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue

from cxweb.analytics.queries import feedback
from cxweb.company.queries import settings
from cxweb.reviews.queries import answers, stars_of
from cxweb.web.admin import address
from cxweb.web.session import me
from cxweb.web.shell import render


def index() -> ResponseReturnValue:
    # A list of ratings is about when they came in, also those of orders that were reopened since.
    found = address.asked(default_axis="answered")
    perimeter, words = me().perimeter, address.words()
    spam = address.one("shown") == "spam"
    page = address.cut(lambda cursor: answers(found.filter, perimeter, words, cursor, spam=spam))
    html = render(
        "admin/ratings.html",
        stars=stars_of(found.filter, perimeter, words),
        figures=feedback(found.filter, perimeter),
        spam=spam,
        spam_address=_with_spam(),
        chosen=found.filter,
        bar=address.bar(found.filter, perimeter),
        narrowed=bool(words) or len(found.filter.normalised()) > 1,
        errors=found.errors,
        zone=settings().zone,
        **address.listing(page, perimeter),
    )
    return html, 422 if found.errors else 200


def _with_spam() -> str:
    """The address of the same list, of what is marked as spam."""
    left_out = {"cursor", "shown"}
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in left_out and value]
    return f"{request.path}?{urlencode([*kept, ('shown', 'spam')])}"
