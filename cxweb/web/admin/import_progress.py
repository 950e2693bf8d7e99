"""An import while its job is at it, and what became of its rows."""

from flask import Response, stream_with_context
from flask.typing import ResponseReturnValue

from cxweb.actions.export_refusals import export_refusals
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.i18n import gettext
from cxweb.uploads.models import Upload
from cxweb.uploads.queries import by_id, refusals
from cxweb.uploads.rules import AT_WORK, can_undo, may_begin
from cxweb.web import import_words
from cxweb.web.session import me
from cxweb.web.shell import render

SHOWN = 50


def page(upload: Upload) -> str:
    """Whatever the job has written so far; the page asks again by itself until it is over."""
    counts = upload.tally.get("counts", {})
    return render(
        "admin/imports/progress.html",
        upload=upload,
        at_work=upload.state in AT_WORK,
        counts=[(name, counts.get(name, 0)) for name in import_words.OUTCOMES],
        refused=refusals(upload.id, SHOWN),
        shown=SHOWN,
        again=upload.kept and may_begin(upload.state, upload.dry_run, upload.batches),
        undoable=upload.kept and can_undo(upload.state, upload.dry_run) and bool(upload.batches),
        problem=import_words.file_problem(upload.problem or "", upload.problem_text or ""),
        w=import_words,
        keep_days=settings().imports_keep_days,
        zone=settings().zone,
        now=clock.now(),
    )


def report(upload_id: int) -> ResponseReturnValue:
    """Every refused row as CSV."""
    header = [gettext("Line"), gettext("Number"), gettext("Column"), gettext("Value"), gettext("Reason")]
    pieces = export_refusals(upload_id, header, import_words.row_problem, me())
    name = f"refused-{upload_id}-{by_id(upload_id).created_at:%Y-%m-%d}.csv"
    response = Response(stream_with_context(pieces), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
