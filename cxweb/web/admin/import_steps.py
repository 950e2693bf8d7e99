"""The steps in which a person says how a file is read: its letters, its columns, its values, and a last look."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from cxweb.actions.apply_mapping import apply_mapping
from cxweb.actions.choose_columns import choose_columns
from cxweb.actions.choose_reading import choose_reading
from cxweb.actions.choose_values import choose_values
from cxweb.actions.offer_columns import offer_columns
from cxweb.actions.offer_readings import DELIMITERS, ENCODINGS, CannotImport, offer_readings
from cxweb.actions.offer_values import offer_values
from cxweb.actions.preview_upload import preview_upload
from cxweb.company.queries import settings, stored
from cxweb.company.rules import NOTIFY_CHOICES
from cxweb.orders.rules import CHANNELS, STATUSES
from cxweb.uploads.models import Upload
from cxweb.uploads.queries import by_id, saved_mappings
from cxweb.uploads.rules import STEPS, may_begin, reached
from cxweb.web import import_words, words
from cxweb.web.admin import import_values
from cxweb.web.session import me
from cxweb.web.shell import render

HERE = "/admin/imports"


def step_of(upload: Upload, asked: str) -> str:
    """The step to show: the one asked for if the upload has come so far, else its own; empty once a job has it."""
    if not upload.kept or not may_begin(upload.state, upload.dry_run, upload.batches):
        return ""
    furthest = reached(upload.mapping)
    if asked in STEPS and STEPS.index(asked) <= STEPS.index(furthest):
        return asked
    return furthest if upload.state == "open" else ""


def page(upload: Upload, step: str, error: CannotImport | None = None, **more: object) -> str:
    """The page of a step; a file that cannot be read leads back to how it is read."""
    problem = import_words.file_problem(error.problem, error.detail, str(error)) if error else ""
    try:
        found = _FACTS[step](upload)
    except CannotImport as unreadable:
        problem = import_words.file_problem(unreadable.problem, unreadable.detail, str(unreadable))
        found = {}
        step = "unreadable"
    return render(
        f"admin/imports/{step}.html",
        upload=upload,
        step=step,
        steps=STEPS,
        reached=reached(upload.mapping),
        problem=problem,
        marked=error.detail if error and error.problem == "required" else "",
        w=import_words,
        zone=settings().zone,
        **{**found, **more},
    )


def choose(upload_id: int) -> ResponseReturnValue:
    """How its letters are read: one of the readings offered, or one stated in full."""
    form = request.form
    encoding, delimiter, sheet = form.get("encoding", ""), form.get("delimiter", ""), form.get("sheet", "")
    picked = form.get("reading", "")
    if picked not in ("", "other"):
        encoding, _, rest = picked.partition("|")
        delimiter, sheet = rest[:1], rest[2:]
    delimiter = {"tab": "\t"}.get(delimiter, delimiter)
    return _chosen(upload_id, "reading", lambda: choose_reading(upload_id, encoding, delimiter, sheet, me()))


def apply(upload_id: int) -> ResponseReturnValue:
    mapping_id = request.form.get("mapping", type=int) or 0
    return _chosen(upload_id, "reading", lambda: apply_mapping(upload_id, mapping_id, me()))


def match(upload_id: int) -> ResponseReturnValue:
    """Which column is which field."""
    columns: dict[str, list[str]] = {}
    for field in import_words.FIELDS:
        found = [name for name in (request.form.get(field, ""), request.form.get(f"{field}-2", "")) if name]
        columns[field] = list(dict.fromkeys(found))
    return _chosen(upload_id, "columns", lambda: choose_columns(upload_id, columns, me()))


def read(upload_id: int) -> ResponseReturnValue:
    """How dates are read, and which status each word is."""
    said = import_values.said(request.form)
    if said is None:
        return page(by_id(upload_id), "values", CannotImport("", "dates"), typed=request.form), 422
    timezone, formats, statuses, defaults = said
    return _chosen(upload_id, "values", lambda: choose_values(upload_id, timezone, formats, statuses, defaults, me()))


def _chosen(upload_id: int, step: str, choice: Any) -> ResponseReturnValue:
    me().require_whole("settings")
    try:
        choice()
    except CannotImport as error:
        return page(by_id(upload_id), step, error), 422
    return redirect(f"{HERE}/{upload_id}", 303)


def _readings(upload: Upload) -> Mapping[str, object]:
    return {
        "readings": offer_readings(upload.id, me()),
        "encodings": ENCODINGS,
        "delimiters": DELIMITERS,
        "mappings": saved_mappings(upload.kind),
        "workbook": upload.stored_as.endswith(".xlsx"),
    }


def _columns(upload: Upload) -> Mapping[str, object]:
    return {"offer": offer_columns(upload.id, me()), "typed": request.form}


def _values(upload: Upload) -> Mapping[str, object]:
    return {
        "offer": offer_values(upload.id, me()),
        "company_zone": settings().company_timezone,
        "zones": import_values.zones(),
        "statuses": [(status, words.STATUSES[status]) for status in STATUSES],
        "channels": CHANNELS,
        "choices": NOTIFY_CHOICES,
        "typed": None,
    }


def _preview(upload: Upload) -> Mapping[str, object]:
    return {
        "preview": preview_upload(upload.id, me()),
        "demo": stored("demo") is not None,
        "mapped_zone": import_values.zone_named(upload.mapping["timezone"]),
        "message": settings().notifications_completed,
    }


_FACTS = {"reading": _readings, "columns": _columns, "values": _values, "check": _preview}
