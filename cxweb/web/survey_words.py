"""The survey in words: as it stands to be answered, and as it was answered."""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from cxweb.company.rules import CompanySettings
from cxweb.core import i18n
from cxweb.core.i18n import gettext, language, lazy
from cxweb.ratings.queries import Tracked
from cxweb.surveys.rules import Survey, filled

STAR_WORDS = (lazy("Very poor"), lazy("Poor"), lazy("Average"), lazy("Good"), lazy("Excellent"))
NONE: frozenset[str] = frozenset()


class Chip(NamedTuple):
    """A reason to choose; `stars` are the classes of those it is offered to."""

    code: str
    text: str
    stars: str


class Asked(NamedTuple):
    """What a survey version asks in one language; a question that is switched off is empty."""

    number: int
    skin: str
    question: str
    comment_prompt: str
    nps: str
    ces: str
    open: str
    reasons: tuple[Chip, ...]
    # The stars for which there is a reason to choose at all.
    with_reasons: str


class SurveyForm(NamedTuple):
    """The survey to be answered: empty, preselected, or sent with something wrong."""

    asked: Asked
    stars: int | None
    comment: str
    nps: int | None = None
    ces: int | None = None
    open: str = ""
    reasons: Collection[str] = NONE
    error_field: str = ""
    error: str = ""
    # Whether the address or an earlier answer chose the stars, so that the reader starts there.
    focused: bool = False

    @property
    def is_untouched(self) -> bool:
        """Whether it holds nothing of a customer, neither an answer nor something wrong with one."""
        return self[1:] == _UNTOUCHED


class Until(NamedTuple):
    """Until when an answer may be changed; without that, why it no longer may."""

    when: str
    why_closed: str


class Recorded(NamedTuple):
    """The rating as stored, with each further question that was answered."""

    stars: int
    word: str
    skin: str
    comment: str | None
    question: str
    further: list[tuple[str, str]]
    editable_until: str
    why_closed: str


@lru_cache(maxsize=32)
def asked(survey: Survey, chosen: str, company_name: str) -> Asked:
    """The survey in words. A version never changes, so this is done once for each, and again when it is read anew."""
    texts = survey.text(chosen)
    question, prompt, nps, ces, open_ = (filled(text, company_name) for text in vars(texts).values())
    chips = tuple(
        Chip(reason.code, filled(reason.text(chosen), company_name), _classes(reason.from_stars, reason.to_stars))
        for reason in survey.reasons
        if survey.asks_reasons
    )
    return Asked(
        survey.number,
        survey.skin,
        question,
        prompt,
        nps if survey.asks_nps else "",
        ces if survey.asks_ces else "",
        open_ if survey.asks_open else "",
        chips,
        " ".join(sorted({name for chip in chips for name in chip.stars.split()})),
    )


def _classes(low: int, high: int) -> str:
    return " ".join(f"s{stars}" for stars in range(low, high + 1))


def empty_form(order: Tracked, company: CompanySettings, survey: Survey, preselected: int | None) -> SurveyForm:
    """The form before anything is sent; a stored answer fills it."""
    words = asked(survey, language(), company.shown_name)
    if order.stars is None:
        return SurveyForm(words, preselected, "", focused=preselected is not None)
    reasons = (order.reasons or "").split()
    stars = preselected or order.stars
    return SurveyForm(words, stars, order.comment or "", order.nps, order.ces, order.open or "", reasons, focused=True)


def recorded_answer(order: Tracked, company: CompanySettings, survey: Survey, until: Until) -> Recorded | None:
    """The stored answer in words, None without one."""
    if order.stars is None:
        return None
    return Recorded(
        stars=order.stars,
        word=gettext(STAR_WORDS[order.stars - 1]),
        skin=survey.skin,
        comment=order.comment,
        question=asked(survey, language(), company.shown_name).question,
        further=_further(order, company, survey),
        editable_until=until.when,
        why_closed=until.why_closed,
    )


def _further(order: Tracked, company: CompanySettings, survey: Survey) -> list[tuple[str, str]]:
    """Each further question that was answered, with the answer."""
    if order.nps is None and order.ces is None and not order.open and not order.reasons:
        return []
    pairs = _chosen(survey, language(), order.reasons or "", order.nps, order.ces)
    if order.open:
        pairs = (*pairs, (survey.text(language()).open_question, order.open))
    return [(filled(question, company.shown_name), answer) for question, answer in pairs]


@lru_cache(maxsize=512)
def _chosen(survey: Survey, chosen: str, reasons: str, nps: int | None, ces: int | None) -> tuple[tuple[str, str], ...]:
    """What was chosen and not written: few answers are given by many."""
    texts, codes = survey.text(chosen), reasons.split()
    pairs = (
        (gettext("What counted?"), i18n.listed([r.text(chosen) for r in survey.reasons if r.code in codes])),
        (texts.nps_question, _out_of(nps, 10)),
        (texts.ces_question, _out_of(ces, 5)),
    )
    return tuple(pair for pair in pairs if pair[1])


def _out_of(value: int | None, most: int) -> str:
    return "" if value is None else gettext("%(n)s out of %(most)s") % {"n": value, "most": most}


# What a form holds besides its questions when nobody has touched it.
_UNTOUCHED = SurveyForm(Asked(0, "", "", "", "", "", "", (), ""), None, "")[1:]
