"""The company's own look: its logo, and the stylesheet of its colour. Both addresses change with what they give."""

import re

from flask import Response, abort

from cxweb.company.queries import logo
from cxweb.core.colours import DARK, LIGHT, Accent, accent_on
from cxweb.core.pictures import MEDIA_TYPE

KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}


def show_logo(digest: str) -> Response:
    content = logo(digest) if re.fullmatch("[0-9a-f]{1,64}", digest) else None
    if content is None:
        abort(404)
    return Response(content, mimetype=MEDIA_TYPE, headers=KEPT)


def colour(colour: str) -> Response:
    """The colour as the page uses it: darker on light grounds, lighter on dark ones, where it could not be read."""
    if not re.fullmatch("[0-9a-f]{6}", colour):
        abort(404)
    light, dark = (_rule(accent_on(f"#{colour}", grounds)) for grounds in (LIGHT, DARK))
    return Response(f"{light}@media (prefers-color-scheme:dark){{{dark}}}", mimetype="text/css", headers=KEPT)


def _rule(accent: Accent) -> str:
    return f":root{{--accent:{accent.accent};--accent-ink:{accent.ink};--accent-soft:{accent.soft}}}"
