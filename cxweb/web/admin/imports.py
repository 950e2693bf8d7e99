"""Importing orders and ratings from a file: the list of what came in, a new file, and where each one stands."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.rules import Staff
from cxweb.actions.ask_undo import ask_undo
from cxweb.actions.discard_upload import discard_upload
from cxweb.actions.start_upload import CannotImport, start_upload
from cxweb.actions.stop_upload import stop_upload
from cxweb.actions.take_upload import take_upload
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.i18n import gettext
from cxweb.uploads.queries import by_id, latest, saved_mappings
from cxweb.uploads.rules import MOST_BYTES, CannotUpload, WrongMoment
from cxweb.web.admin import address, import_progress, import_steps
from cxweb.web.import_words import KINDS, LOOKS, STATES, file_problem
from cxweb.web.session import me
from cxweb.web.shell import render

HERE = "/admin/imports"


def importer() -> Staff:
    """Who is signed in, if allowed to import; raises ForbiddenAct. A file may say something of the whole company."""
    person = me()
    person.require_whole("settings")
    return person


def index() -> ResponseReturnValue:
    return _page()


def create() -> ResponseReturnValue:
    person, file = importer(), request.files.get("file")
    kind = request.form.get("kind", "")
    if file is None or not file.filename:
        return _page("none", kind), 422
    try:
        upload_id = take_upload(kind, address.plain(file.filename), file.stream, person)
    except CannotUpload as error:
        return _page(error.problem, kind), 507 if error.problem == "full" else 422
    return redirect(f"{HERE}/{upload_id}", 303)


def show(upload_id: int) -> ResponseReturnValue:
    """The step that the upload is at, or an earlier one that is asked for."""
    importer()
    upload = by_id(upload_id)
    step = import_steps.step_of(upload, address.one("step"))
    return import_steps.page(upload, step) if step else import_progress.page(upload)


def start(upload_id: int) -> ResponseReturnValue:
    form = request.form
    try:
        start_upload(upload_id, importer(), dry_run="dry" in form, send=form.get("send") == "on")
    except CannotImport as error:
        return import_steps.page(by_id(upload_id), "check", error), 422
    return redirect(f"{HERE}/{upload_id}", 303)


def stop(upload_id: int) -> ResponseReturnValue:
    stop_upload(upload_id, importer())
    return redirect(f"{HERE}/{upload_id}", 303)


def undo(upload_id: int) -> ResponseReturnValue:
    ask_undo(upload_id, importer())
    return redirect(f"{HERE}/{upload_id}", 303)


def discard(upload_id: int) -> ResponseReturnValue:
    discard_upload(upload_id, importer())
    flash(gettext("The file is deleted. Nothing of it was imported."), "done")
    return redirect(HERE, 303)


def old_page(_error: WrongMoment) -> ResponseReturnValue:
    """Whoever acts on an upload that has moved on meanwhile sees where it stands."""
    flash(gettext("The import has moved on since that page was opened, so nothing was changed."), "wait")
    upload_id = (request.view_args or {}).get("upload_id")
    return redirect(f"{HERE}/{upload_id}" if upload_id else HERE, 303)


def _page(problem: str = "", kind: str = "orders") -> str:
    importer()
    page = address.cut(latest)
    return render(
        "admin/imports/index.html",
        page=page,
        next=address.with_cursor(page.next_cursor),
        first=address.with_cursor("") if address.one("cursor") else None,
        mappings=saved_mappings(),
        problem=file_problem(problem) if problem else "",
        kind=kind,
        kinds=KINDS,
        states=STATES,
        looks=LOOKS,
        most=MOST_BYTES // (1024 * 1024),
        keep_days=settings().imports_keep_days,
        zone=settings().zone,
        now=clock.now(),
    )
