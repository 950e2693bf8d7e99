"""The live board: the day's orders with their ratings, what changed since a moment ago, and one order's details."""

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import depots_of
from cxweb.actions.choose_board import choose_board
from cxweb.boards.queries import depots_shown, gateways_at_rest, hides_rating, log
from cxweb.boards.rules import LOW, MOST_CHANGES
from cxweb.core import clock
from cxweb.core.change_log import read_position
from cxweb.core.i18n import language
from cxweb.orders.queries import by_id, drivers_of
from cxweb.web.admin import address
from cxweb.web.admin.guard import safe
from cxweb.web.admin.live_view import MOST_ROWS, ROWS, asked_board, read_board, read_news, view_key, with_parameters
from cxweb.web.admin.order_page import details
from cxweb.web.fragments import once
from cxweb.web.idle_polls import nothing_new
from cxweb.web.session import me
from cxweb.web.shell import render

# A rendered board serves everybody who asks for the same one within this time.
BOARD_S = 2


def index() -> ResponseReturnValue:
    person, now = me(), clock.now()
    chosen, errors = asked_board(person.perimeter, now)
    number = address.one("order")
    order = by_id(int(number), person.perimeter) if number.isascii() and number.isdigit() else None
    html = render(
        "admin/live.html",
        board=board(),
        chosen=chosen,
        errors=errors,
        asked=address.one,
        depots=[(depot.ref, depot.name) for depot in depots_of(person.perimeter)],
        drivers=[(driver.ref, driver.name) for driver in drivers_of(person.perimeter)],
        hides_rating=hides_rating(person.id),
        at_rest=gateways_at_rest(now),
        order=order,
        **(details(order) if order else {}),
    )
    return html, 422 if errors else 200


def board() -> str:
    """The board the address asks for, with the place in the log of changes it stands at."""
    perimeter, now = me().perimeter, clock.now()
    here = log().here(depots_shown(perimeter))

    def rendered() -> str:
        chosen, _errors = asked_board(perimeter, now)
        rows = MOST_ROWS if address.one("rows") == "all" else ROWS
        shown = read_board(chosen, perimeter, now, rows=rows)
        return render_template(
            "admin/live/_board.html", board=shown, here=here, low=LOW, with_parameters=with_parameters
        )

    key = ("board", perimeter.sees, view_key(), language(), str(here), int(now.timestamp() / BOARD_S))
    return once(key, rendered)


def changes() -> ResponseReturnValue:
    person = me()
    depots = depots_shown(person.perimeter)
    since = read_position(address.one("v"))
    news = log().news(since, depots, MOST_CHANGES)
    if news.anew:
        return board()
    if since is None or not news.orders:
        return nothing_new(news.position if since is None else since, depots)
    key = ("news", person.perimeter.sees, view_key(), language(), str(since), str(news.position))

    def rendered() -> str:
        now = clock.now()
        chosen, _errors = asked_board(person.perimeter, now)
        shown = read_news(chosen, person.perimeter, now, news.orders)
        left = set(news.orders) - {line.id for group in shown.groups for line in group.lines}
        values = {"board": shown, "here": news.position, "gone": sorted(left), "low": LOW}
        return render_template("admin/live/_news.html", **values)

    return once(key, rendered)


def panel(order_id: int) -> str:
    order = by_id(order_id, me().perimeter)
    return render("admin/live/_panel.html", order=order, **details(order))


def choose() -> ResponseReturnValue:
    choose_board(hides_rating="rating" not in request.form, by=me())
    return redirect(safe(request.form.get("next", "")), 303)
