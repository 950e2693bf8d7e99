"""A wall display: the day's counters and latest stars on a screen nobody signs in to; no name, comment or order."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from cxweb.accounts.rules import Perimeter
from cxweb.analytics.rules import FIVE_STARS, mean
from cxweb.boards.filters import BoardFilter
from cxweb.boards.models import Wall
from cxweb.boards.queries import depots_shown, log, newest, wall_of, whole
from cxweb.boards.rules import MOST_CHANGES
from cxweb.company.queries import settings, zone_of
from cxweb.core import clock
from cxweb.core.change_log import Position, read_position
from cxweb.core.i18n import language
from cxweb.web.board_days import heads_now
from cxweb.web.errors import arguments, choose_language
from cxweb.web.fragments import once
from cxweb.web.idle_polls import nothing_new

LATEST = 6
# A display looks at itself anew after this, so that a day's end and the age of what it shows need no news.
FRESH_S = 60


def show(token: str) -> str:
    wall = _found(token)
    return render_template("public/wall.html", company=settings().shown_name, token=token, day=_day(wall, _here(wall)))


def changes(token: str) -> ResponseReturnValue:
    wall = _found(token)
    since, depots = read_position(arguments().get("v", "")), depots_shown(Perimeter.of(wall.depot_id))
    news = log().news(since, depots, MOST_CHANGES)
    if since is not None and not news.anew and not news.orders and arguments().get("at") == str(_minute()):
        return nothing_new(since, depots)
    return _day(wall, news.position)


def _found(token: str) -> Wall:
    choose_language()
    wall = wall_of(token)
    if wall is None:
        abort(404)
    return wall


def _here(wall: Wall) -> Position:
    return log().here(depots_shown(Perimeter.of(wall.depot_id)))


def _minute() -> int:
    return int(clock.now().timestamp() // FRESH_S)


def _day(wall: Wall, here: Position) -> str:
    """The day's figures; rendered once for all displays of a perimeter."""

    def rendered() -> str:
        now, company, perimeter = clock.now(), settings(), Perimeter.of(wall.depot_id)
        zone = zone_of(wall.depot, company)
        chosen = BoardFilter(day=now.astimezone(zone).date(), zone=zone, by="depot")
        total = whole(heads_now(chosen, perimeter, now))
        return render_template(
            "public/_wall_day.html",
            total=total,
            stars=mean(total.stars, FIVE_STARS),
            latest=newest(chosen, perimeter, now, LATEST),
            place=wall.depot.name if wall.depot else "",
            chosen=chosen,
            now=now,
            here=here,
            minute=_minute(),
        )

    return once(("wall", wall.depot_id, language(), str(here), _minute()), rendered)
