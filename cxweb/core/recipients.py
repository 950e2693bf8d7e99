"""Checks and normalises where a message goes, by syntax only: nothing is looked up on the network."""

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
