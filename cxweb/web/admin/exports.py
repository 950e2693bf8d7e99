"""The customer feedback as a file: handed out at once, or made by a job while a page shows how far it is."""

from collections.abc import Iterator
from typing import BinaryIO

from flask import Response, abort, current_app, redirect
from flask.typing import ResponseReturnValue

from cxweb.actions.export_feedback import export_feedback
from cxweb.actions.open_export import open_export
from cxweb.actions.request_export import request_export
from cxweb.analytics.filters import InvalidFilter
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.i18n import gettext, language
from cxweb.reports.filters import ExportChoice, query_of, read_choice
from cxweb.reports.queries import comment_count, export_of
from cxweb.reports.rules import AT_ONCE, MOST_ROWS, DiskFull, MadeFile, UnknownReport
from cxweb.web.admin import address
from cxweb.web.session import me
from cxweb.web.shell import render

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
# How much of a file is in memory at the same time.
PART = 65_536


def export() -> ResponseReturnValue:
    person = me()
    try:
        choice = read_choice(address.values())
    except InvalidFilter as error:
        return _refusal(gettext("Nothing was exported"), address.problem(error.errors[0][0]), 422)
    rows = comment_count(choice.filter, person.perimeter) if "comments" in choice.sheets else 0
    if rows > MOST_ROWS and choice.format == "xlsx":
        advice = gettext("A sheet cannot hold so many comments. Choose fewer days, or export the comments as CSV.")
        return _refusal(gettext("Nothing was exported"), advice, 422)
    if rows > AT_ONCE:
        export_id = request_export(choice, rows, _name(choice), language(), person)
        return redirect(f"/admin/analytics/feedback/exports/{export_id}", 303)
    try:
        return _file(export_feedback(choice, person), _name(choice), choice.format)
    except DiskFull:
        advice = gettext("The machine that makes the files has no room left. Tell an admin; nothing of yours is lost.")
        return _refusal(gettext("The file could not be made"), advice, 507)


def show(export_id: int) -> ResponseReturnValue:
    try:
        found = export_of(export_id, me().id)
    except UnknownReport:
        abort(404)
    if found.expires_at <= clock.now():
        abort(404)
    smtp = bool(current_app.config["CXWEB"].smtp_url)
    again = query_of(found.asked)
    return render("admin/export.html", export=found, again=again, smtp=smtp, zone=settings().zone)


def download(export_id: int) -> ResponseReturnValue:
    try:
        made, name = open_export(export_id, me())
    except UnknownReport:
        abort(404)
    return _file(made, name, name.rpartition(".")[2])


def _file(made: MadeFile, name: str, format_: str) -> Response:
    response = Response(_parts(made.stream), content_type=KINDS[format_])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Length"] = str(made.size)
    # Also where whoever asked has gone before the first part.
    response.call_on_close(made.stream.close)
    return response


def _parts(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while part := stream.read(PART):
            yield part


def _name(choice: ExportChoice) -> str:
    """Such as `customer-feedback-2026-11-01-2026-11-24.xlsx`; of all time it bears today's date."""
    chosen, today = choice.filter, clock.now().astimezone(settings().zone).date()
    days = [day.isoformat() for day in (chosen.start, chosen.end) if day] or [today.isoformat()]
    sheet = [choice.sheet] if choice.format == "csv" else []
    return "-".join([gettext("customer-feedback"), *sheet, *days]) + f".{choice.format}"


def _refusal(title: str, advice: str, status: int) -> ResponseReturnValue:
    return render("admin/error.html", title=title, advice=advice), status
