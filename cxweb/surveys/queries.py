"""Reading the survey in force."""

import time

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from cxweb.company.queries import FRESH_S
from cxweb.core.db import session
from cxweb.core.i18n import gettext, languages, lazy, speaking
from cxweb.surveys.models import SurveyVersion
from cxweb.surveys.rules import Survey, SurveyTexts, normal

DEFAULT_QUESTION = lazy("Rate your experience with [Company]")
DEFAULT_COMMENT_PROMPT = lazy("A word for us?")


def default() -> Survey:
    """The survey before anyone edited it, in every language the product speaks."""
    texts = {}
    for language in languages():
        with speaking(language):
            texts[language] = SurveyTexts(normal(gettext(DEFAULT_QUESTION)), gettext(DEFAULT_COMMENT_PROMPT))
    return Survey(None, 0, asks_nps=False, texts=texts)


def latest() -> SurveyVersion | None:
    """The version in force as a row, None before the first."""
    newest = select(SurveyVersion).options(selectinload(SurveyVersion.texts))
    return session().scalar(newest.order_by(SurveyVersion.number.desc()).limit(1))


def current() -> Survey:
    """The survey in force; its default before the first version is stored."""
    return _facts(latest())


def by_id(version_id: int | None) -> Survey:
    """The version an answer was given to."""
    return _facts(session().get(SurveyVersion, version_id) if version_id is not None else None)


def _facts(row: SurveyVersion | None) -> Survey:
    if row is None:
        return default()
    stored = {text.language: SurveyTexts(text.question, text.comment_prompt) for text in row.texts}
    return Survey(row.id, row.number, row.asks_nps, {**default().texts, **stored})


class _Cache:
    """Published versions never change, so each is read once; which one is in force is asked for again after FRESH_S."""

    def __init__(self) -> None:
        self.versions: dict[int | None, Survey] = {}
        self.current = Survey(None, 0, asks_nps=False)
        self.until = 0.0


def shown_to(version_id: int | None) -> Survey:
    """The survey a customer's page shows: the version the answer was given to, else the one in force."""
    cache: _Cache | None = current_app.extensions.get("cxweb.surveys")
    if cache is None:
        cache = current_app.extensions.setdefault("cxweb.surveys", _Cache())
    if version_id is not None:
        if version_id not in cache.versions:
            cache.versions[version_id] = by_id(version_id)
        return cache.versions[version_id]
    if time.monotonic() >= cache.until:
        cache.current, cache.until = current(), time.monotonic() + FRESH_S
    return cache.current


def forget() -> None:
    """Let this process read the survey in force anew."""
    current_app.extensions.pop("cxweb.surveys", None)
