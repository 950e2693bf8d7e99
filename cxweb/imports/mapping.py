"""The mapping file: which column of a file is which field of the product, and how its values are read."""

import tomllib
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cxweb.company.rules import NOTIFY_CHOICES
from cxweb.core.i18n import languages
from cxweb.imports.instants import WallClock
from cxweb.imports.refusals import CannotImport
from cxweb.orders.rules import REF, STATUSES

REF_SHAPE = "1 to 64 of A–Z a–z 0–9 . _ : -"
ORDERS, RATINGS = "orders", "ratings"
CUSTOMER = ("customer_ref", "customer_name", "customer_email", "customer_phone", "customer_language")
LINES = ("address_line", "postcode", "address_city", "route", "channel", "reason")
INSTANTS = ("promised_from", "promised_to", "eta", "created_at", "completed_at", "answered_at")
FIELDS = {
    ORDERS: ("ref", "status", "notify", "tags", "depot", "driver_ref", "driver_name", *CUSTOMER, *LINES, *INSTANTS[:5]),
    RATINGS: ("ref", "order_ref", "stars", "comment", "answered_at"),
}
REQUIRED = {ORDERS: ("ref",), RATINGS: ("ref", "order_ref", "stars", "answered_at")}
BY_NAME = "by_name"
DEFAULTS = ("channel", "notify", "status", "depot", "route", "tags", "customer_language")
CHOICES = {"notify": NOTIFY_CHOICES, "status": STATUSES, "customer_language": languages()}
_OF_BOTH = {"kind", "encoding", "delimiter", "sheet", "timezone", "datetime_formats", "date_formats", "columns"}
KEYS = {ORDERS: _OF_BOTH | {"drivers", "status", "defaults"}, RATINGS: _OF_BOTH | {"duplicates"}}


@dataclass(frozen=True)
class Mapping:
    """How a file is read. A field's columns are in the order in which they are tried or joined."""

    kind: str
    encoding: str
    delimiter: str
    clock: WallClock
    columns: dict[str, tuple[str, ...]]
    status: dict[str, str]
    defaults: dict[str, str]
    # Of a workbook; empty for its first.
    sheet: str = ""
    # Whether drivers have no refs of their own, so that each name is one driver.
    drivers_by_name: bool = False

    @property
    def fields_of_new(self) -> dict[str, Any]:
        """The fields of a new order that no column gives."""
        given = {name: text for name, text in self.defaults.items() if name not in self.columns}
        plain: dict[str, Any] = {name: given[name] for name in ("channel", "notify", "depot", "route") if name in given}
        return {**plain, "tags": split_tags(given["tags"])} if "tags" in given else plain

    @property
    def contact_of_new(self) -> dict[str, str]:
        """The contact data of a new customer that no column gives."""
        language = self.defaults.get("customer_language")
        return {"language": language} if language and "customer_language" not in self.columns else {}


def parse_mapping(text: str, kind: str) -> Mapping:
    """The mapping a TOML text holds. Raises CannotImport with a sentence that names what is wrong."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CannotImport(f"The mapping is not TOML: {error}.") from error
    return mapping_of(raw, kind)


def mapping_of(raw: dict[str, Any], kind: str) -> Mapping:
    """The mapping of the keys and values of a TOML text. Raises CannotImport as parse_mapping does."""
    if raw.get("kind") != kind:
        raise CannotImport(f'The mapping must say kind = "{kind}".')
    _known("key", raw, KEYS[kind])
    mapping = Mapping(
        kind=kind,
        encoding=_encoding(raw.get("encoding")),
        delimiter=_delimiter(raw.get("delimiter")),
        clock=WallClock(_zone(raw.get("timezone")), _texts(raw, "datetime_formats"), _texts(raw, "date_formats")),
        columns=_columns(_table(raw, "columns"), kind, by_name=_by_name(raw)),
        status=_words(_table(raw, "status")),
        defaults=_defaults(_table(raw, "defaults")),
        sheet=_sheet(raw.get("sheet", "")),
        drivers_by_name=_by_name(raw),
    )
    if raw.get("duplicates", {"keep": "latest"}) != {"keep": "latest"}:
        raise CannotImport('[duplicates] of the mapping takes keep = "latest" and nothing else.')
    return mapping


def check_reading(encoding: str, delimiter: str) -> None:
    """Raises CannotImport for an encoding that is none, or a delimiter that no CSV can have."""
    _encoding(encoding)
    _delimiter(delimiter)


def check_columns(columns: dict[str, Any], kind: str) -> None:
    """Raises CannotImport where a field is unknown, or a required one has no column."""
    _columns(columns, kind, by_name=drivers_by_name(columns))


def drivers_by_name(columns: dict[str, Any]) -> bool:
    """Whether these columns name drivers and give them no refs."""
    return "driver_name" in columns and "driver_ref" not in columns


def column_lists(columns: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The columns of each field, also where the text names but one."""
    return {field: (names,) if isinstance(names, str) else tuple(names) for field, names in columns.items()}


def _known(what: str, found: dict[str, Any], known: set[str] | tuple[str, ...]) -> None:
    for name in found:
        if name not in known:
            raise CannotImport(f"The mapping has an unknown {what} {name}; known are {', '.join(sorted(known))}.")


def _table(raw: dict[str, Any], name: str) -> dict[str, Any]:
    table = raw.get(name, {})
    if not isinstance(table, dict):
        raise CannotImport(f"[{name}] of the mapping must be a table.")
    return table


def _texts(raw: dict[str, Any], name: str) -> list[str]:
    texts = raw.get(name, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise CannotImport(f"{name} of the mapping must be a list of formats.")
    return texts


def _encoding(name: object) -> str:
    if not isinstance(name, str):
        raise CannotImport('The mapping must name the encoding, such as encoding = "utf-8".')
    try:
        "".encode(name)
    except (LookupError, ValueError) as error:
        raise CannotImport(f"The mapping names an unknown encoding {name}.", "unknown_encoding", name) from error
    return name


def _delimiter(text: object) -> str:
    if not isinstance(text, str) or len(text) != 1 or text in '"\r\n':
        raise CannotImport('The mapping must name the delimiter, one character such as delimiter = ",".', "delimiter")
    return text


def _sheet(name: object) -> str:
    if not isinstance(name, str):
        raise CannotImport("sheet of the mapping takes the name of a workbook's sheet.")
    return name


def _zone(name: object) -> ZoneInfo:
    if not isinstance(name, str):
        raise CannotImport('The mapping must name the time zone, such as timezone = "Europe/Paris".')
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CannotImport(f"The mapping names an unknown time zone {name}.", "zone", name) from error


def _by_name(raw: dict[str, Any]) -> bool:
    if raw.get("drivers", BY_NAME) != BY_NAME:
        raise CannotImport(f'drivers of the mapping takes "{BY_NAME}" and nothing else.')
    if "drivers" in raw and not drivers_by_name(_table(raw, "columns")):
        raise CannotImport(
            f'drivers = "{BY_NAME}" of the mapping needs a column for driver_name and none for driver_ref.'
        )
    return "drivers" in raw


def _columns(table: dict[str, Any], kind: str, *, by_name: bool) -> dict[str, tuple[str, ...]]:
    _known("field", table, FIELDS[kind])
    columns = {}
    for field, names in table.items():
        listed = [names] if isinstance(names, str) else names
        if not isinstance(listed, list) or not listed or not all(isinstance(name, str) and name for name in listed):
            raise CannotImport(f"The field {field} of the mapping takes a column or a list of columns.")
        columns[field] = tuple(listed)
    for field in REQUIRED[kind]:
        if field not in columns:
            raise CannotImport(f"The mapping names no column for {field}.", "required", field)
    if drivers_by_name(columns) and not by_name:
        raise CannotImport("The mapping names a column for driver_name but none for driver_ref: homonyms exist.")
    return columns


def _words(table: dict[str, Any]) -> dict[str, str]:
    for word, status in table.items():
        if status not in STATUSES:
            raise CannotImport(f"[status] of the mapping: {word} must be one of {', '.join(STATUSES)}.")
    return table or {status: status for status in STATUSES}


def split_tags(text: str) -> tuple[str, ...]:
    """The tags of a text, divided by semicolons, each once, in order."""
    return tuple(sorted({tag.strip() for tag in text.split(";")} - {""}))


def _defaults(table: dict[str, Any]) -> dict[str, str]:
    _known("default", table, DEFAULTS)
    for field, value in table.items():
        if not isinstance(value, str) or not value.strip():
            raise CannotImport(f"[defaults] of the mapping: {field} takes a text.")
        if field in CHOICES and value not in CHOICES[field]:
            raise CannotImport(f"[defaults] of the mapping: {field} must be one of {', '.join(CHOICES[field])}.")
        if field == "depot" and REF.fullmatch(value) is None:
            raise CannotImport(f"[defaults] of the mapping: depot takes {REF_SHAPE}.")
    return table
