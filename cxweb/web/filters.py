"""What templates may call: translations, dates and numbers in the reader's language, addresses of static files."""

from functools import cache
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from markupsafe import Markup

from cxweb.core import i18n
from cxweb.web import static_files, words

# Markup escapes whatever is added to it.
OPEN, CLOSE = Markup('<bdi dir="auto">'), Markup("</bdi>")


def init_app(app: Flask) -> None:
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.gettext, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext
    )
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(
        static_url=_static_url(app),
        static_hash=_static_hash(app),
        language=i18n.language,
        other_languages=i18n.others,
        window=words.window,
    )
    env.filters.update(
        day=i18n.day,
        time=i18n.time,
        moment=i18n.moment,
        ago=i18n.ago,
        number=i18n.number,
        money=i18n.money,
        percent=i18n.percent,
        signed=i18n.signed,
        typed=typed,
        **words.FILTERS,
    )


def typed(text: str | None) -> Markup:
    """What a person typed, isolated so that its direction turns nothing around it."""
    return OPEN + (text or "") + CLOSE


def _static_url(app: Flask) -> object:
    folder = Path(app.static_folder or "")

    @cache
    def static_url(name: str) -> str:
        """The address of a static file; it changes with the file's content, so browsers may keep it for a year."""
        return f"{app.static_url_path}/{quote(name)}?v={static_files.of(str(folder / name)).fingerprint}"

    return static_url


def _static_hash(app: Flask) -> object:
    folder = Path(app.static_folder or "")

    @cache
    def static_hash(name: str) -> str:
        """What a browser checks a stylesheet or script by before it uses it."""
        return static_files.of(str(folder / name)).integrity

    return static_hash
