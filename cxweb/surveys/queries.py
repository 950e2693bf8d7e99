"""Reading the survey in force."""

import time
from functools import cache

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from cxweb.company.queries import FRESH_S
from cxweb.core.db import session
from cxweb.core.i18n import gettext, languages, lazy, speaking
from cxweb.surveys.models import SurveyReason, SurveyVersion
from cxweb.surveys.rules import Reason, Survey, SurveyTexts, normal

DEFAULT_TEXTS = SurveyTexts(
    question=lazy("Rate your experience with [Company]"),
    comment_prompt=lazy("A word for us?"),
    nps_question=lazy("Would you recommend us to somebody close to you?"),
    ces_question=lazy("Receiving your order was…"),
    open_question=lazy("What could we do better?"),
)
# Code, cause, the stars it is offered to, text.
DEFAULT_REASONS = (
    ("on_time", "delay", 4, 5, lazy("On time")),
    ("kind_driver", "driver", 4, 5, lazy("Kind driver")),
    ("intact", "product", 4, 5, lazy("Everything intact")),
    ("instructions", "driver", 4, 5, lazy("Instructions followed")),
    ("late", "delay", 1, 3, lazy("Too late")),
    ("damaged", "product", 1, 3, lazy("Something damaged")),
    ("unfriendly", "driver", 1, 3, lazy("Unfriendly contact")),
    ("no_news", "other", 1, 3, lazy("Too little news")),
    ("expensive", "price", 1, 3, lazy("Too expensive")),
)


@cache
def default() -> Survey:
    """The survey before anyone edited it, in every language the product speaks."""
    texts, words = {}, {}
    for language in languages():
        with speaking(language):
            texts[language] = SurveyTexts(*(normal(gettext(text)) for text in vars(DEFAULT_TEXTS).values()))
            words[language] = [gettext(reason[-1]) for reason in DEFAULT_REASONS]
    reasons = tuple(
        Reason(code, cause, low, high, {language: words[language][place] for language in words})
        for place, (code, cause, low, high, _text) in enumerate(DEFAULT_REASONS)
    )
    return Survey(None, 0, asks_nps=False, texts=texts, reasons=reasons)


_ROWS = select(SurveyVersion).options(
    selectinload(SurveyVersion.texts), selectinload(SurveyVersion.reasons).selectinload(SurveyReason.texts)
)


def latest() -> SurveyVersion | None:
    """The version in force as a row, None before the first."""
    return session().scalar(_ROWS.order_by(SurveyVersion.number.desc()).limit(1))


def current() -> Survey:
    """The survey in force; its default before the first version is stored."""
    return _facts(latest())


def numbers() -> list[int]:
    """The numbers of the versions there have been, the newest first."""
    return list(session().scalars(select(SurveyVersion.number).order_by(SurveyVersion.number.desc())))


def by_id(version_id: int | None) -> Survey:
    """The version an answer was given to."""
    return _facts(session().scalar(_ROWS.where(SurveyVersion.id == version_id)) if version_id is not None else None)


def by_number(number: int | None) -> Survey:
    """The version of that number, for who opened the page before the next one came; else the one in force."""
    if number == 0:
        return default()
    known = _cache()
    if number in known.numbers:
        return known.numbers[number]
    row = session().scalar(_ROWS.where(SurveyVersion.number == number)) if number is not None else None
    if row is None:
        return current()
    return known.numbers.setdefault(row.number, _facts(row))


def _facts(row: SurveyVersion | None) -> Survey:
    standard = default()
    if row is None:
        return standard
    texts = dict(standard.texts)
    for text in row.texts:
        own = texts.get(text.language, SurveyTexts("", ""))
        texts[text.language] = SurveyTexts(
            text.question,
            text.comment_prompt,
            text.nps_question or own.nps_question,
            text.ces_question or own.ces_question,
            text.open_question or own.open_question,
        )
    return Survey(
        row.id,
        row.number,
        row.asks_nps,
        texts,
        row.asks_ces,
        row.asks_open,
        row.asks_reasons,
        row.skin,
        tuple(_reason(reason, standard) for reason in row.reasons) or standard.reasons,
    )


def _reason(row: SurveyReason, standard: Survey) -> Reason:
    """A stored reason. A language added since says it in the product's own words where there are some."""
    usual = standard.reason(row.code)
    texts = {**(usual.texts if usual else {}), **{text.language: text.text for text in row.texts}}
    return Reason(row.code, row.cause, row.from_stars, row.to_stars, texts)


class _Cache:
    """Published versions never change, so each is read once; which one is in force is asked for again after FRESH_S."""

    def __init__(self) -> None:
        self.versions: dict[int | None, Survey] = {}
        self.numbers: dict[int | None, Survey] = {}
        self.current = Survey(None, 0, asks_nps=False)
        self.until = 0.0


def _cache() -> _Cache:
    known: _Cache | None = current_app.extensions.get("cxweb.surveys")
    return known or current_app.extensions.setdefault("cxweb.surveys", _Cache())


def shown_to(version_id: int | None) -> Survey:
    """The survey a customer's page shows: the version the answer was given to, else the one in force."""
    known = _cache()
    if version_id is not None:
        if version_id not in known.versions:
            known.versions[version_id] = by_id(version_id)
        return known.versions[version_id]
    if time.monotonic() >= known.until:
        # While the version is the same it stays the same object: what was made of it is still good.
        newest = current()
        known.current = known.current if known.until and newest.number == known.current.number else newest
        known.until = time.monotonic() + FRESH_S
    return known.current


def forget() -> None:
    """Let this process read the survey in force anew."""
    current_app.extensions.pop("cxweb.surveys", None)
