"""What templates may call: translations, dates and numbers in the reader's language, addresses of static files."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, url_for
from markupsafe import Markup, escape

from cxweb.core import i18n
from cxweb.web import words


def init_app(app: Flask) -> None:
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext
    )
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(static_url=_static_url(app), language=i18n.language)
    env.filters.update(
        day=i18n.day,
        time=i18n.time,
        moment=i18n.moment,
        ago=i18n.ago,
        number=i18n.number,
        percent=i18n.percent,
        signed=i18n.signed,
        typed=typed,
        **words.FILTERS,
    )


def typed(text: str | None) -> Markup:
    """What a person typed, isolated so that its direction turns nothing around it."""
    return Markup('<bdi dir="auto">{}</bdi>').format(escape(text or ""))


def _static_url(app: Flask) -> object:
    folder = Path(app.static_folder or "")

    @cache
    def fingerprint(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]

    def static_url(name: str) -> str:
        """The address of a static file; it changes with the file's content, so browsers may keep it for a year."""
        return url_for("static", filename=name, v=fingerprint(name))

    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000
    return static_url
