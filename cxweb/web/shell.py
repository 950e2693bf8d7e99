"""What surrounds every staff page: the company, the person, and the menu of what that person may open."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from flask import current_app, render_template, request

from cxweb.accounts.rules import Staff
from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.core.days import day_of
from cxweb.core.i18n import lazy
from cxweb.periods.rules import last_days
from cxweb.web.session import staff

REPORT = "/admin/analytics/feedback"


@dataclass(frozen=True)
class Entry:
    """One line of the menu, for whoever may do the act."""

    href: str
    text: str
    icon: str
    act: str


MENU = (
    Entry("/admin/live", lazy("Live"), "live", "orders"),
    Entry("/admin/orders", lazy("Orders"), "box", "orders"),
    Entry("/admin/ratings", lazy("Ratings"), "star", "figures"),
    Entry("/admin/drivers", lazy("Drivers"), "wheel", "figures"),
    Entry(REPORT, lazy("Analytics"), "chart", "figures"),
    Entry("/admin/messages", lazy("Messages"), "mail", "contacts"),
    Entry("/admin/settings/tracking", lazy("Settings"), "gear", "company"),
    Entry("/admin/users", lazy("Settings"), "gear", "settings"),
)
# What the menu's last entry leads to; who sees a part of the company has fewer of them.
SETTINGS = (
    "/admin/settings",
    "/admin/users",
    "/admin/depots",
    "/admin/audit",
    "/admin/api-keys",
    "/admin/webhooks",
)


@dataclass(frozen=True)
class Shell:
    staff: Staff
    company: str
    menu: tuple[Entry, ...]
    here: str
    address: str
    htmx_integrity: str
    today: date

    def address_of(self, entry: Entry) -> str:
        """Where the entry leads. The report opens with days that say something of now and have others before them."""
        if entry.href != REPORT:
            return entry.href
        days = last_days(self.today)
        return f"{entry.href}?from={days.start.isoformat()}&to={days.end.isoformat()}"

    def is_here(self, entry: Entry) -> bool:
        """Whether the page belongs to the menu entry; all settings belong to one."""
        sections = SETTINGS if entry.href.startswith(SETTINGS) else (entry.href,)
        return any(self.here == section or self.here.startswith(f"{section}/") for section in sections)


def menu_of(person: Staff) -> tuple[Entry, ...]:
    """The entries that open to the person, each name once."""
    return tuple({str(entry.text): entry for entry in reversed(MENU) if person.may(entry.act)}.values())[::-1]


def render(template: str, **context: object) -> str:
    """A staff page; only for somebody who is signed in."""
    person = staff()
    if person is None:
        raise LookupError("nobody is signed in")
    shell = Shell(
        staff=person,
        company=settings().shown_name,
        menu=menu_of(person),
        here=request.path,
        address=request.full_path.rstrip("?") if request.method == "GET" else request.path,
        htmx_integrity=_integrity(current_app.static_folder or "", "htmx.min.js"),
        today=day_of(clock.now(), settings().zone),
    )
    return render_template(template, shell=shell, me=person, **context)


@cache
def _integrity(static: str, file: str) -> str:
    listed = json.loads((Path(static) / "vendor" / "vendor.json").read_text(encoding="utf-8"))
    return str(next(entry["integrity"] for entry in listed if entry["file"] == file))
