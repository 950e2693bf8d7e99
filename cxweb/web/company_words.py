"""The company as its customers see it: name, logo, colour, and how to reach it."""

from functools import lru_cache
from typing import NamedTuple

from cxweb.company.rules import CompanySettings


class Logo(NamedTuple):
    """Where the logo is, and the size it is shown at."""

    src: str
    width: int
    height: int


class CompanyWords(NamedTuple):
    """What every customer's page has of the company."""

    name: str
    contact: str
    contact_link: str
    logo: Logo | None
    # The stylesheet of the company's colour, empty where it has none.
    colour: str
    review: str


def company_words(company: CompanySettings, language: str) -> CompanyWords:
    """The company in the language; made once for each state of its settings."""
    return _words(
        language,
        company.shown_name,
        company.company_contact,
        company.company_logo,
        company.company_colour,
        company.company_public_review_url,
    )


@lru_cache(maxsize=32)
def _words(_language: str, name: str, contact: str, logo: str, colour: str, review: str) -> CompanyWords:
    text, link = _contact(contact)
    return CompanyWords(name, text, link, logo_of(logo), f"/colour/{colour[1:]}.css" if colour else "", review)


def logo_of(stored: str) -> Logo | None:
    """The logo of the setting `digest width height`."""
    if not stored:
        return None
    digest, width, height = stored.split()
    return Logo(f"/logo/{digest}", int(width), int(height))


def _contact(text: str) -> tuple[str, str]:
    """The company's contact and the link that reaches it: an address, a phone number or a page."""
    if text.startswith(("https://", "http://")):
        return text.split("://", 1)[1].rstrip("/"), text
    if "@" in text and " " not in text:
        return text, f"mailto:{text}"
    digits = "".join(c for c in text if c.isdigit() or c == "+")
    if len(digits) >= 8 and not any(c.isalpha() for c in text):
        return text, f"tel:{digits}"
    return text, ""
