"""What a survey asks: its texts, its reasons, and how the company's name enters them."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

COMPANY = "[company]"
# The name each language's editor writes the placeholder under; both are understood everywhere.
PLACEHOLDERS = ("[Nom de l'entreprise]", "[Nom de l’entreprise]", "[Company]", COMPANY)
LONGEST = 200
LONGEST_REASON = 40
MOST_REASONS = 12
SKINS = ("stars", "numbers", "smileys")
CAUSES = ("driver", "product", "delay", "price", "other")
SWITCHES = ("asks_nps", "asks_ces", "asks_open", "asks_reasons")
CODE = re.compile("[a-z0-9_]{1,40}")


class InvalidText(ValueError):
    """A survey text that cannot be published; the text says why."""


@dataclass(frozen=True)
class SurveyTexts:
    """The texts of one language; an empty further question stands for the product's own text."""

    question: str
    comment_prompt: str
    nps_question: str = ""
    ces_question: str = ""
    open_question: str = ""


@dataclass(frozen=True)
class Reason:
    """A reason offered to those who gave `from_stars` to `to_stars`."""

    code: str
    cause: str
    from_stars: int
    to_stars: int
    texts: Mapping[str, str]

    def text(self, language: str) -> str:
        """The reason in the language, else in the first there is."""
        return self.texts.get(language) or next(iter(self.texts.values()))

    def fits(self, stars: int) -> bool:
        return self.from_stars <= stars <= self.to_stars


# Without equality a version is its own key: what is made of it once need not be made again.
@dataclass(frozen=True, eq=False)
class Survey:
    """A survey version as plain facts."""

    version_id: int | None
    number: int
    asks_nps: bool
    texts: Mapping[str, SurveyTexts] = field(default_factory=dict)
    asks_ces: bool = False
    asks_open: bool = False
    asks_reasons: bool = False
    skin: str = "stars"
    reasons: tuple[Reason, ...] = ()

    def text(self, language: str) -> SurveyTexts:
        """The texts of the language, else the first there are."""
        return self.texts.get(language) or next(iter(self.texts.values()))

    def reason(self, code: str) -> Reason | None:
        return next((reason for reason in self.reasons if reason.code == code), None)


def same(one: Survey, other: Survey) -> bool:
    """Whether two surveys ask the same, whatever their version."""
    facts = (*SWITCHES, "skin", "reasons")
    if any(getattr(one, name) != getattr(other, name) for name in facts):
        return False
    return all(one.text(language) == other.text(language) for language in {*one.texts, *other.texts})


def new_code(text: str, taken: Collection[str]) -> str:
    """A code for a reason of this text: the same words give the same code, unless it is taken."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    stem = "_".join(re.findall("[a-z0-9]+", plain))[:30] or "reason"
    codes = [stem, *(f"{stem}_{n}" for n in range(2, MOST_REASONS + 2))]
    return next(code for code in codes if code not in taken)


def normal(text: str) -> str:
    """The text as it is stored: one line, every spelling of the placeholder as `[company]`."""
    text = " ".join(text.split())
    for spelling in PLACEHOLDERS:
        text = text.replace(spelling, COMPANY)
    return text


def check(text: str, longest: int = LONGEST) -> str:
    """The text in its normal form; raises InvalidText when it is empty, too long or holds control characters."""
    text = normal(text)
    if not text:
        raise InvalidText("empty")
    if len(text) > longest:
        raise InvalidText("too long")
    if not text.isprintable():
        raise InvalidText("control character")
    return text


def filled(text: str, company_name: str) -> str:
    """The text as a customer reads it."""
    return text.replace(COMPANY, company_name)


def written(text: str, language: str) -> str:
    """The text as the editor of a language shows it, with that language's name for the placeholder."""
    return text.replace(COMPANY, "[Nom de l’entreprise]" if language == "fr" else "[Company]")


def checked(survey: Survey) -> Survey:
    """The survey with every text in its normal form; raises InvalidText for one that cannot be published."""
    if survey.skin not in SKINS or len(survey.reasons) > MOST_REASONS:
        raise InvalidText("not a choice")
    if survey.asks_reasons and not survey.reasons:
        raise InvalidText("no reason")
    texts = {code: SurveyTexts(*(check(text) for text in vars(own).values())) for code, own in survey.texts.items()}
    return replace(survey, texts=texts, reasons=tuple(_checked(reason) for reason in survey.reasons))


def _checked(reason: Reason) -> Reason:
    if (
        not CODE.fullmatch(reason.code)
        or reason.cause not in CAUSES
        or not 1 <= reason.from_stars <= reason.to_stars <= 5
    ):
        raise InvalidText("not a choice")
    return replace(reason, texts={code: check(text, LONGEST_REASON) for code, text in reason.texts.items()})
