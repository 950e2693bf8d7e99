"""The kinds of values the API takes; each reads strictly what its own JSON Schema, `shape`, allows."""

import re
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from cxweb.analytics.filters import ODD, InvalidFilter, read
from cxweb.core.i18n import languages
from cxweb.orders.rules import EARLIEST, LATEST, REF
from cxweb.ratings.rules import cleaned

LONGEST_LINE = 200
# RFC 3339 with an offset: a time without one is nobody's instant. The years are those an order can be of.
INSTANT = re.compile(
    r"(19[7-9]\d|[2-8]\d{3}|99[0-8]\d|9[0-8]\d\d)-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})"
)
REF_FIELD = validate.Regexp(rf"(?:{REF.pattern})\Z", error="takes 1 to 64 of A–Z a–z 0–9 . _ : -")


class Text(fields.String):
    """One line of text: NFC, trimmed, without control characters; empty becomes null."""

    def __init__(self, longest: int = LONGEST_LINE, **options: Any) -> None:
        super().__init__(allow_none=True, **options)
        self.longest = longest

    @property
    def shape(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if len(text) > self.longest:
            raise ValidationError(f"takes at most {self.longest} characters")
        return " ".join(cleaned(text).split()) or None


class Instant(fields.Field[datetime]):
    """An RFC 3339 instant with an offset."""

    shape = {"type": "string", "format": "date-time", "pattern": f"^{INSTANT.pattern}$"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            if not isinstance(value, str) or not INSTANT.fullmatch(value):
                raise ValueError
            found = datetime.fromisoformat(value.upper())
            if not EARLIEST <= found <= LATEST:
                raise ValueError
        except (ValueError, OverflowError) as error:
            raise ValidationError("takes an instant with an offset such as 2026-11-17T14:32:00+01:00") from error
        return found


class Flag(fields.Field[bool]):
    """True or false, and no 1 or "yes"; null is false."""

    shape = {"type": "boolean"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("takes true or false")
        return value


class Language(fields.String):
    """One of the languages there are."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_none=True, validate=validate.OneOf(languages()), **options)


class Day(fields.String):
    """A day of the company's zone, in an address."""

    shape = {"type": "string", "format": "date", "pattern": "^(19[7-9][0-9]|[2-8][0-9]{3}|9[0-8][0-9]{2})-"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            read({"from": [value or "-"]})
        except InvalidFilter as error:
            raise ValidationError("takes a date such as 2026-11-17") from error
        return str(value)


class Word(fields.String):
    """A ref, a tag or another word in an address."""

    shape = {"type": "string", "minLength": 1, "maxLength": LONGEST_LINE, "pattern": f"^[^{ODD.pattern[1:]}+$"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not 0 < len(value) <= LONGEST_LINE or ODD.search(value):
            raise ValidationError(f"takes 1 to {LONGEST_LINE} characters, and no control character")
        return str(value)


class Whole(fields.Field[int]):
    """A whole number in an address, in plain digits."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.least, self.most = least, most

    @property
    def shape(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not re.fullmatch("[1-9][0-9]{0,8}", value) or not self.least <= int(value) <= self.most:
            raise ValidationError(f"takes a whole number from {self.least} to {self.most}")
        return int(value)
