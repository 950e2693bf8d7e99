"""The audit log: who did what, when, and what it was before."""

from datetime import timedelta

from flask import Response
from flask.typing import ResponseReturnValue

from cxweb.accounts.filters import AuditFilter
from cxweb.accounts.queries import actor_names, audit_page, people
from cxweb.actions.export_audit import MOST, TooManyEntries, export_audit
from cxweb.analytics.filters import day_start
from cxweb.company.queries import settings
from cxweb.core import clock, i18n
from cxweb.core.audit import AuditEntry
from cxweb.core.i18n import gettext
from cxweb.core.paging import Page
from cxweb.web.admin import address
from cxweb.web.audit_words import KINDS, act_word, detail_words, object_word
from cxweb.web.session import me
from cxweb.web.shell import render
from cxweb.web.words import ACTORS, actor_word

NOTHING: Page[AuditEntry] = Page([], None)


def index() -> ResponseReturnValue:
    found = address.asked()
    if found.errors:
        return _page(NOTHING, found.errors), 422
    return _page(address.cut(lambda cursor: audit_page(_chosen(), cursor)), [])


def export() -> ResponseReturnValue:
    found = address.asked()
    if found.errors:
        return _page(NOTHING, found.errors), 422
    try:
        text = export_audit(_chosen(), me())
    except TooManyEntries:
        many = gettext("A file holds %(most)s entries: ask for fewer days.") % {"most": i18n.number(MOST)}
        return _page(NOTHING, [("from", many)]), 422
    response = Response(text, mimetype="text/csv")
    name = f"audit-{clock.now().astimezone(settings().zone):%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _chosen() -> AuditFilter:
    asked, zone = address.asked().filter, settings().zone
    return AuditFilter(
        start=day_start(asked.start, zone) if asked.start else None,
        end=day_start(asked.end + timedelta(days=1), zone) if asked.end else None,
        actor=address.one("who"),
        kind=address.one("what"),
        object=address.one("object"),
    )


def _page(page: Page[AuditEntry], errors: list[tuple[str, str]]) -> str:
    names = actor_names(name for entry in page.items for name in (entry.actor, entry.object))
    rows = [
        (
            entry,
            actor_word(entry.actor, names),
            act_word(entry.act),
            object_word(entry.object, names),
            detail_words(entry.details),
        )
        for entry in page.items
    ]
    users = [(f"user:{user.id}", user.name) for user in people(me().perimeter)]
    return render(
        "admin/audit.html",
        rows=rows,
        errors=errors,
        asked=address.one,
        actors=users + [(actor, gettext(word)) for actor, word in ACTORS.items()],
        kinds=sorted(((kind, gettext(word)) for kind, word in KINDS.items()), key=lambda option: option[1]),
        export=address.with_path("/admin/audit/export"),
        next=address.with_cursor(page.next_cursor),
        first=address.with_cursor("") if address.one("cursor") else None,
        zone=settings().zone,
    )
