"""Whom to tell of a weakness (RFC 9116): the company's contact, as its customers have it."""

from datetime import timedelta

from flask import Response, abort, current_app

from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.i18n import SOURCE, languages
from cxweb.web.company_words import company_words

# The standard wants less than a year; whoever reads it later reads it anew.
GOOD_FOR = timedelta(days=180)


def show() -> Response:
    link = company_words(settings(), SOURCE).contact_link
    if not link:
        abort(404)
    lines = (
        f"Contact: {link}",
        f"Expires: {(clock.now() + GOOD_FOR).replace(microsecond=0).isoformat()}",
        f"Preferred-Languages: {', '.join(languages())}",
        f"Canonical: {current_app.config['CXWEB'].base_url}/.well-known/security.txt",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
