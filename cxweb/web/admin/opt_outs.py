"""Who gets no messages: the company's list, what is put on it by hand, and why something is taken off."""

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.rules import Staff
from cxweb.actions.add_to_opt_outs import add_to_opt_outs
from cxweb.actions.export_opt_outs import export_opt_outs
from cxweb.actions.import_opt_outs import CannotReadContacts, Taken, import_opt_outs
from cxweb.actions.lift_opt_out import lift_opt_out
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.i18n import gettext
from cxweb.core.paging import Page
from cxweb.core.recipients import UnusableContact, read_contact
from cxweb.notifications.models import OptOut
from cxweb.notifications.queries import opt_out_count, opt_out_of, opt_outs
from cxweb.web.admin import address
from cxweb.web.session import me
from cxweb.web.shell import render
from cxweb.web.words import LIFT_REASONS

HERE = "/admin/messages/opt-outs"
NOTHING: Page[OptOut] = Page([], None)


def index() -> ResponseReturnValue:
    return _page()


def create() -> ResponseReturnValue:
    typed = address.plain(request.form.get("contact", ""))[: address.LONGEST]
    try:
        added = add_to_opt_outs(typed, me())
    except UnusableContact:
        problem = gettext("This is neither an e-mail address nor a phone number. Nothing was changed.")
        return _page(problem=problem, typed=typed), 422
    done, known = gettext("From now on nothing is sent there."), gettext("It is on the list already.")
    flash(done if added else known, "done")
    return redirect(HERE, 303)


def delete(opt_out_id: int) -> ResponseReturnValue:
    try:
        lifted = lift_opt_out(opt_out_id, request.form.get("reason", ""), me())
    except ValueError:
        return _page(notice=gettext("Say why it is taken off the list. Nothing was changed.")), 422
    done, gone = gettext("Taken off the list. Messages are sent there again."), gettext("It was off the list already.")
    flash(done if lifted else gone, "done")
    return redirect(HERE, 303)


def upload() -> ResponseReturnValue:
    file = request.files.get("file")
    try:
        taken = import_opt_outs(file.read() if file else b"", me())
    except CannotReadContacts as error:
        return _page(unread=_unread(error.problem)), 422
    return _page(taken=taken)


def export() -> ResponseReturnValue:
    name = f"opt-outs-{clock.now().astimezone(settings().zone):%Y-%m-%d}.csv"
    response = Response(export_opt_outs(me()), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(notice: str = "", problem: str = "", typed: str = "", unread: str = "", taken: Taken | None = None) -> str:
    person = me()
    page, search_problem = _rows(person)
    return render(
        "admin/opt_outs.html",
        page=page,
        next=address.with_cursor(page.next_cursor),
        first=address.with_cursor("") if address.one("cursor") else None,
        total=opt_out_count() if person.perimeter.whole else None,
        searched=address.words(),
        search_problem=search_problem,
        may_change=person.may_change("stop_list"),
        may_export=person.may("stop_list"),
        reasons=LIFT_REASONS,
        notice_text=notice,
        problem=problem,
        typed_contact=typed,
        unread=unread,
        taken=taken,
        lines=_lines(taken) if taken else {},
        zone=settings().zone,
        now=clock.now(),
    )


def _rows(person: Staff) -> tuple[Page[OptOut], str]:
    """The list, or what is known of the contact searched for; the list itself is the whole company's only."""
    searched = address.words()
    if not searched:
        return (address.cut(opt_outs) if person.perimeter.whole else NOTHING), ""
    try:
        found = opt_out_of(*read_contact(searched, settings().company_country))
    except UnusableContact:
        return NOTHING, gettext("Search for a whole e-mail address or phone number: only these can be compared.")
    return Page([found] if found else [], None), ""


def _lines(taken: Taken) -> dict[str, list[int]]:
    """The lines of the refused rows, by the reason."""
    lines: dict[str, list[int]] = {}
    for line, reason in taken.refused:
        lines.setdefault(reason, []).append(line)
    return lines


def _unread(problem: str) -> str:
    return {
        "encoding": gettext("This is no CSV file. Save the table as CSV and choose that file. Nothing was changed."),
        "columns": gettext("The first line must name a column “e-mail” or “phone”. Nothing was changed."),
        "too_many": gettext("A file may hold 5,000 rows. Cut it into several. Nothing was changed."),
    }[problem]
