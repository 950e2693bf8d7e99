"""What a survey's text may be, and how the company's name enters it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

COMPANY = "[company]"
# The name each language's editor writes the placeholder under; both are understood everywhere.
PLACEHOLDERS = ("[Nom de l'entreprise]", "[Nom de l’entreprise]", "[Company]", COMPANY)
LONGEST = 200


class InvalidText(ValueError):
    """A survey text that cannot be published; the text says why."""


@dataclass(frozen=True)
class SurveyTexts:
    """The texts of one language."""

    question: str
    comment_prompt: str


@dataclass(frozen=True)
class Survey:
    """A survey version as plain facts."""

    version_id: int | None
    number: int
    asks_nps: bool
    texts: Mapping[str, SurveyTexts] = field(default_factory=dict)

    def text(self, language: str) -> SurveyTexts:
        """The texts of the language, else the first there are."""
        return self.texts.get(language) or next(iter(self.texts.values()))


def normal(text: str) -> str:
    """The text as it is stored: one line, every spelling of the placeholder as `[company]`."""
    text = " ".join(text.split())
    for spelling in PLACEHOLDERS:
        text = text.replace(spelling, COMPANY)
    return text


def check(text: str) -> str:
    """The text in its normal form; raises InvalidText when it is empty, too long or holds control characters."""
    text = normal(text)
    if not text:
        raise InvalidText("empty")
    if len(text) > LONGEST:
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
