"""What an export is asked for: the report's filter, how days are put together, the file's format, and which sheet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from cxweb.analytics.filters import InvalidFilter, ReportFilter, read
from cxweb.analytics.queries import BY
from cxweb.rollups.rules import PERIODS

FORMATS = ("xlsx", "csv")
SHEETS = ("driver", "date", "comments")


@dataclass(frozen=True)
class ExportChoice:
    """A workbook of all three sheets, or one of them as CSV. Dates are put together by a period, days by default."""

    filter: ReportFilter
    by: str = "day"
    format: str = "xlsx"
    sheet: str = "driver"

    def asked(self) -> dict[str, list[str]]:
        """The parameters that read() makes the same choice of."""
        asked = self.filter.normalised() | {"sort": self.filter.sort}
        asked |= {"by": self.by, "format": self.format} | ({"sheet": self.sheet} if self.format == "csv" else {})
        return {
            name: [str(each) for each in value] if isinstance(value, list) else [str(value)]
            for name, value in asked.items()
        }

    @property
    def sheets(self) -> tuple[str, ...]:
        return SHEETS if self.format == "xlsx" else (self.sheet,)


def read_choice(values: Mapping[str, Iterable[str]]) -> ExportChoice:
    """The choice of query parameters given as lists. Raises InvalidFilter with every error at once."""
    errors: list[tuple[str, str]] = []
    by = _one("by", BY, values, errors)
    format_, sheet = _one("format", FORMATS, values, errors), _one("sheet", SHEETS, values, errors)
    try:
        chosen = read(values)
    except InvalidFilter as error:
        raise InvalidFilter([*error.errors, *errors]) from None
    if errors:
        raise InvalidFilter(errors)
    return ExportChoice(chosen, by if by in PERIODS else "day", format_, sheet if format_ == "csv" else "driver")


def query_of(values: Mapping[str, Iterable[str]]) -> str:
    """Parameters as they stand in an address."""
    return urlencode([(name, value) for name, found in values.items() for value in found if value])


def _one(
    name: str, allowed: tuple[str, ...], values: Mapping[str, Iterable[str]], errors: list[tuple[str, str]]
) -> str:
    given = [value for value in values.get(name, ()) if value]
    if given and given[-1] not in allowed:
        errors.append((name, f"takes one of {', '.join(allowed)}"))
        return allowed[0]
    return given[-1] if given else allowed[0]
