"""Checks and normalises where a message goes, by syntax only: nothing is looked up on the network."""

from functools import lru_cache

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

# A company's own network may well end in `.local` or `.test`: whether mail arrives there is its mail server's to say.
SPECIAL_USE_DOMAIN_NAMES.clear()


class UnusableContact(ValueError):
    """A text that is neither an e-mail address nor a phone number."""


def email_address(text: str) -> str | None:
    """The address as it is sent to, its domain in ASCII; None where it is not one."""
    try:
        checked = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return checked.ascii_email


def phone_number(text: str, country: str) -> str | None:
    """The number as E.164 (`+33612345678`), None where it is not one; without a country code it is the country's."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def recipient_of(channel: str, contact: str | None, country: str) -> str | None:
    """A contact of the channel `email` or `sms`, normalised; None where there is none or it cannot be written to."""
    if not contact:
        return None
    return email_address(contact) if channel == "email" else phone_number(contact, country)


def usable(email: str | None, phone: str | None, country: str) -> list[tuple[str, str]]:
    """The contacts a message can go to, each as its channel (`email`, `sms`) and the normalised contact."""
    found = [(channel, recipient_of(channel, text, country)) for channel, text in (("email", email), ("sms", phone))]
    return [(channel, contact) for channel, contact in found if contact]


def read_contact(text: str, country: str) -> tuple[str, str]:
    """The channel and the normalised contact of what somebody typed. Raises UnusableContact."""
    found = usable(text, None, country) if "@" in text else usable(None, text, country)
    if not found:
        raise UnusableContact
    return found[0]


def masked(channel: str, contact: str) -> str:
    """As much of a normalised contact as its owner needs to know it again: `a•••@example.com`, `•• •• 56 78`."""
    if channel == "email":
        name, _, domain = contact.rpartition("@")
        return f"{name[:1]}•••@{domain}"
    return f"•• •• {contact[-4:-2]} {contact[-2:]}"
