"""Reads a row as what it says about an order."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cxweb.company.rules import NOTIFY_CHOICES
from cxweb.core.i18n import SOURCE, languages
from cxweb.imports.cells import Cells
from cxweb.imports.mapping import REF_SHAPE, Mapping, split_tags
from cxweb.imports.refusals import RefusedRow, quoted
from cxweb.imports.table import Cell, Row
from cxweb.orders.rules import COMPLETED, REF, is_ref

CONTACT = ("name", "email", "phone", "language")
LONGEST_TAG, MOST_TAGS = 64, 50


@dataclass(slots=True)
class OrderRow:
    """What a row says: only the fields that are mapped, under the names of the order's columns.

    Beside those, `depot` is a ref, `crew` and `tags` are tuples, and `customer` is a ref, None where there is none.
    """

    line: int
    ref: str
    fields: dict[str, Any]
    # Contact data that is filled; an empty cell says nothing about a person.
    contact: dict[str, str]
    driver_name: str | None
    fallbacks: tuple[str, ...]


class OrderReader:
    """Reads the rows of one file."""

    def __init__(self, mapping: Mapping, header: list[str], latest: datetime) -> None:
        """No order may be completed after `latest`."""
        self._cells = Cells(header, mapping.columns)
        self._clock = mapping.clock
        self._status = mapping.status
        self._defaults = mapping.defaults
        self._by_name = mapping.drivers_by_name
        self._latest = latest
        mapped = mapping.columns
        self._lines = [
            (name, "city" if name == "address_city" else name)
            for name in ("route", "reason", "address_line", "postcode", "address_city")
            if name in mapped
        ]
        self._instants = [name for name in ("promised_from", "promised_to", "eta") if name in mapped]
        self._contact = [(f"customer_{name}", name) for name in CONTACT if f"customer_{name}" in mapped]

    def ref(self, row: Row) -> str:
        """The ref as it stands in the file, for the report."""
        return self._cells.raw(row.cells, "ref")

    def where(self, row: Row, field: str) -> tuple[str, str]:
        """The column of a field in this row, and what stands there."""
        return self._cells.where(row.cells, field)

    def read(self, row: Row) -> OrderRow:
        """Raises RefusedRow with the reason."""
        if row.broken is not None:
            raise RefusedRow(row.broken)
        cells = row.cells
        ref = self._ref(cells)
        found = OrderRow(row.line, ref, {}, {}, None, ())
        fields = found.fields
        for name, column in self._lines:
            fields[column] = self._cells.line(cells, name) or self._defaults.get(name)
        for field in self._instants:
            self._instant(found, cells, field)
        if "created_at" in self._cells:
            self._instant(found, cells, "created_at")
            if fields["created_at"] is None:
                del fields["created_at"]
        self._choices(cells, fields)
        self._parties(found, cells)
        if "status" in self._cells or "status" in self._defaults:
            self._state(found, cells)
        return found

    def _ref(self, cells: list[Cell]) -> str:
        text, _ = self._cells.filled(cells, "ref")
        ref = str(text)
        if not ref:
            raise RefusedRow("ref is missing", "missing", "ref")
        if not is_ref(ref):
            raise RefusedRow(f"ref {quoted(ref)} is not {REF_SHAPE} (nor may it be bulk)", "bad_ref", "ref")
        return ref

    def _instant(self, found: OrderRow, cells: list[Cell], name: str) -> None:
        found.fields[name], fallback = self._cells.instant(cells, name, self._clock)
        if fallback:
            found.fallbacks += (name,)

    def _choices(self, cells: list[Cell], fields: dict[str, Any]) -> None:
        if "channel" in self._cells:
            fields["channel"] = self._cells.line(cells, "channel") or self._defaults.get("channel", "delivery")
        if "notify" in self._cells:
            fields["notify"] = self._cells.line(cells, "notify") or self._defaults.get("notify")
            if fields["notify"] not in (None, *NOTIFY_CHOICES):
                reason = f"notify {quoted(fields['notify'])} is not one of {', '.join(NOTIFY_CHOICES)}"
                raise RefusedRow(reason, "no_choice", "notify")
        if "tags" in self._cells:
            fields["tags"] = _tags(self._cells.line(cells, "tags") or self._defaults.get("tags", ""))

    def _parties(self, found: OrderRow, cells: list[Cell]) -> None:
        if "depot" in self._cells:
            found.fields["depot"] = self._party_ref(cells, "depot") or self._defaults.get("depot")
        if self._by_name:
            found.driver_name = self._cells.line(cells, "driver_name")
            found.fields["crew"] = (ref_of_name(found.driver_name),) if found.driver_name else ()
        elif "driver_ref" in self._cells:
            driver = self._party_ref(cells, "driver_ref")
            found.fields["crew"] = (driver,) if driver else ()
            found.driver_name = self._cells.line(cells, "driver_name") if "driver_name" in self._cells else None
            if found.driver_name and not driver:
                raise RefusedRow(
                    "driver_name is given without driver_ref: homonyms exist", "no_driver_ref", "driver_ref"
                )
        for name, key in self._contact:
            value = self._cells.line(cells, name) or self._defaults.get(name)
            if value:
                found.contact[key] = value
        if found.contact.get("language", SOURCE) not in languages():
            known = " or ".join(reversed(languages()))
            reason = f"customer_language {quoted(found.contact['language'])} is not {known}"
            raise RefusedRow(reason, "no_choice", "customer_language")
        if "customer_ref" in self._cells:
            found.fields["customer"] = self._cells.line(cells, "customer_ref")

    def _party_ref(self, cells: list[Cell], field: str) -> str | None:
        ref = self._cells.line(cells, field)
        if ref is not None and REF.fullmatch(ref) is None:
            raise RefusedRow(f"{field} {quoted(ref)} is not {REF_SHAPE}", "bad_ref", field)
        return ref

    def _state(self, found: OrderRow, cells: list[Cell]) -> None:
        word = str(self._cells.filled(cells, "status")[0]) if "status" in self._cells else ""
        status = self._status.get(word) if word else self._defaults.get("status")
        if status is None:
            reason = f"status {quoted(word)} is not among the mapping's words" if word else "status is missing"
            raise RefusedRow(reason, "unknown_word" if word else "missing", "status")
        found.fields["status"] = status
        found.fields["completed_at"] = None
        if status != COMPLETED:
            return
        if "completed_at" in self._cells:
            self._instant(found, cells, "completed_at")
        at = found.fields["completed_at"]
        if at is None:
            raise RefusedRow("completed without completed_at", "missing", "completed_at")
        if at > self._latest:
            raise RefusedRow(f"completed_at {at:%Y-%m-%d %H:%M:%S} UTC lies in the future", "future", "completed_at")


def ref_of_name(name: str) -> str:
    """A driver's ref where names are all there is; the same for names that differ in accents and capitals only."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    ref = re.sub("[^a-z0-9]+", "-", plain).strip("-")
    if ref and all(letter.isascii() for letter in plain if letter.isalnum()):
        return ref[:64]
    # Of another script nothing would be left that tells names apart.
    return f"d-{hashlib.blake2b(' '.join(plain.split()).encode(), digest_size=8).hexdigest()}"


def _tags(text: str) -> tuple[str, ...]:
    found = split_tags(text)
    if len(found) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in found):
        raise RefusedRow(f"tags are more than {MOST_TAGS} or longer than {LONGEST_TAG} characters", "bad_tags", "tags")
    return found
