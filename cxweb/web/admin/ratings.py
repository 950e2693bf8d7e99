"""The ratings' list: filters, four sorts, search in the comments, and the ratings behind one figure of the report."""

from flask.typing import ResponseReturnValue

from cxweb.analytics.queries import feedback
from cxweb.analytics.rules import share
from cxweb.company.queries import settings
from cxweb.reviews.filters import SHOWN, SPAM
from cxweb.reviews.queries import answers, stars_of
from cxweb.web.admin import address
from cxweb.web.admin.behind import shown_offered
from cxweb.web.session import me
from cxweb.web.shell import render


def index() -> ResponseReturnValue:
    # A list of ratings is about when they came in, also those of orders that were reopened since.
    found = address.asked(default_axis="answered")
    perimeter, words = me().perimeter, address.words()
    shown, problems = address.one_of("shown", SHOWN)
    errors = [*found.errors, *problems]
    page = address.cut(lambda cursor: answers(found.filter, perimeter, words, cursor, shown=shown))
    figures = feedback(found.filter, perimeter)
    stars = stars_of(found.filter, perimeter, words, shown) if words or shown else figures.stars
    html = render(
        "admin/ratings.html",
        stars=stars,
        csat=share(stars.counts[3] + stars.counts[4], stars.n),
        figures=figures,
        shown=shown,
        offered=shown_offered(),
        spam_address=address.here(shown=SPAM, cursor=""),
        chosen=found.filter,
        bar=address.bar(found.filter, perimeter),
        narrowed=bool(words or shown) or len(found.filter.normalised()) > 1,
        errors=errors,
        zone=settings().zone,
        **address.listing(page, perimeter),
    )
    return html, 422 if errors else 200
