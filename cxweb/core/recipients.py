"""Checks and normalises where a message goes, by syntax only: nothing is looked up on the network."""

from functools import lru_cache

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

# A company's own network may well end in `.local` or `.test`: whether mail arrives there is its mail server's to say.
SPECIAL_USE_DOMAIN_NAMES.clear()


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
