"""The ratings' list: filters, four sorts, search in the comments."""

from flask.typing import ResponseReturnValue

from cxweb.analytics.queries import answers, stars_of
from cxweb.company.queries import settings
from cxweb.web.admin import address
from cxweb.web.session import me
from cxweb.web.shell import render


def index() -> ResponseReturnValue:
    # A list of ratings is about when they came in, also those of orders that were reopened since.
    found = address.asked(default_axis="answered")
    perimeter, words = me().perimeter, address.words()
    page = address.cut(lambda cursor: answers(found.filter, perimeter, words, cursor))
    html = render(
        "admin/ratings.html",
        stars=stars_of(found.filter, perimeter, words),
        chosen=found.filter,
        errors=found.errors,
        zone=settings().zone,
        **address.listing(page, perimeter),
    )
    return html, 422 if found.errors else 200
