"""Whether passkeys work where the reader has opened this site, and what their pages are told."""

from flask import Response, current_app, request
from flask.json import dumps

from cxweb.core.passkeys import Site, site_of


def site() -> Site | None:
    """What passkeys are bound to here; None where the site has no name for them."""
    return site_of(current_app.config["CXWEB"].base_url)


def site_here() -> Site | None:
    """The same, where the page was opened under that very name; a browser uses passkeys nowhere else."""
    found = site()
    return found if found is not None and request.host.lower() == found.host else None


def wanted(options: str) -> Response:
    """What the page's script hands to the browser."""
    return Response(options, mimetype="application/json")


def problem(text: str, code: int) -> Response:
    """What the page's script says instead of asking the device."""
    return Response(dumps({"problem": text}), code, mimetype="application/json")
