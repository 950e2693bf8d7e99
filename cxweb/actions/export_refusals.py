"""Hands out the refused rows of an upload as CSV, each with its line, column, value and reason."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from cxweb.accounts.rules import Staff
from cxweb.actions.steps.upload_table import ACT
from cxweb.core.audit import record
from cxweb.core.db import transaction
from cxweb.exports.csv_text import csv_lines, csv_text
from cxweb.uploads.queries import all_refusals, by_id

AT_ONCE = 1000


def export_refusals(upload_id: int, header: Sequence[str], say: Callable[[str, str], str], by: Staff) -> Iterator[str]:
    """The file in pieces; `say` gives the words for a kind of reason. Raises UnknownUpload and ForbiddenAct."""
    by.require_whole(ACT)
    by_id(upload_id)
    with transaction():
        record(by.actor, "upload.report_taken", f"upload:{upload_id}")

    def pieces() -> Iterator[str]:
        yield csv_text(header, [])
        rows = all_refusals(upload_id)
        while some := list(islice(rows, AT_ONCE)):
            yield csv_lines(
                (str(row.line), row.ref, row.place, row.value, say(row.problem, row.reason)) for row in some
            )

    return pieces()
