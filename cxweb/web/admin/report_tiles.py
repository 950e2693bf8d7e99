"""The first figures of the report, each with its n, how sure it is, what is behind it, and what has changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.rules import LEAST_FOR_INTERVAL, Feedback, Mean, Promoters, Share
from cxweb.core import i18n
from cxweb.core.i18n import gettext, lazy, ngettext
from cxweb.periods.rules import change
from cxweb.web.admin import address

# What a figure was compared with, where there are two such times.
PAST_WORDS = {"previous": lazy("previous period"), "year": lazy("a year before")}
Written = Callable[[float], str]
# A kind of past, and the figures it had; None where there is no such time.
Then = tuple[str, Feedback | None]


@dataclass(frozen=True)
class Line:
    text: str
    href: str = ""


@dataclass(frozen=True)
class Changed:
    """What became of a figure since another time; the look says whether that is good."""

    look: str
    text: str


@dataclass(frozen=True)
class Tile:
    """A figure in large type. With `stars` it is drawn as stars, else it is its value."""

    title: str
    value: str
    lines: Sequence[Line]
    changes: Sequence[Changed] = ()
    unit: str = ""
    stars: float | None = None
    look: str = ""


def tiles(now: Feedback, past: Sequence[Then], chosen: ReportFilter, *, filling: bool) -> list[Tile]:
    """The tiles of the first screen; `filling` says that the response rate is not final."""
    found = [_rating(now, past, chosen, filling=filling)]
    asked_nps, asked_stars = now.nps.n > 0, now.nps_stars.n > 0
    if asked_nps or not asked_stars:
        found.append(_promoters(gettext("NPS"), now.nps, past, lambda then: then.nps, _to(chosen, "nps"), answers))
    if asked_stars:
        title, behind = gettext("NPS (stars)"), _to(chosen, "nps_stars")
        found.append(_promoters(title, now.nps_stars, past, lambda then: then.nps_stars, behind, reviews))
    return [*found, _satisfied(now, past, chosen), _effort(now, past, chosen), _ultra(now, past, chosen)]


def _to(chosen: ReportFilter, shown: str) -> str:
    return address.ratings_of(chosen, shown)


def _rating(now: Feedback, past: Sequence[Then], chosen: ReportFilter, *, filling: bool) -> Tile:
    lines = [Line(reviews(now.stars.n), address.ratings_of(chosen) if now.stars.n else "")]
    lines += sure(now.stars, lambda value: i18n.number(value, 1))
    if now.eligible:
        values = {"rate": i18n.percent(now.response.value), "of": i18n.number(now.eligible)}
        words = gettext("%(rate)s response rate, of %(of)s orders to rate") % values
        lines.append(Line(words, address.orders_of(chosen, step="eligible")))
        if filling:
            lines.append(Line(gettext("the last 7 days are still filling")))
    if now.reached.n:
        values = {"rate": i18n.percent(now.reached.value), "of": i18n.number(now.reached.n)}
        words = gettext("%(rate)s of %(of)s orders with a message delivered") % values
        lines.append(Line(words, address.orders_of(chosen, step="reached")))
    changes = _changes(now.stars.mean, past, lambda then: then.stars.mean, digits=1)
    return Tile(gettext("Overall rating"), i18n.NO_DATA, lines, changes, stars=now.stars.mean, look="wide")


def _promoters(
    title: str,
    now: Promoters,
    past: Sequence[Then],
    of: Callable[[Feedback], Promoters],
    href: str,
    counted: Callable[[int], str],
) -> Tile:
    lines = [Line(counted(now.n), href if now.n else ""), *sure(now, i18n.signed)]
    changes = _changes(now.value, past, lambda then: of(then).value, digits=0, points=True)
    return Tile(title, i18n.signed(now.value), lines, changes)


def _satisfied(now: Feedback, past: Sequence[Then], chosen: ReportFilter) -> Tile:
    words = gettext("4 or 5 stars, of %(n)s") % {"n": i18n.number(now.csat.n)} if now.csat.n else reviews(0)
    lines = [Line(words, _high(chosen) if now.csat.value else ""), *sure(now.csat, i18n.percent)]
    changes = _changes(now.csat.value, past, lambda then: then.csat.value, digits=1, points=True)
    return Tile(gettext("CSAT"), i18n.percent(now.csat.value), lines, changes)


def _effort(now: Feedback, past: Sequence[Then], chosen: ReportFilter) -> Tile:
    lines = [Line(answers(now.ces.n), _to(chosen, "ces") if now.ces.n else "")]
    lines += sure(now.ces, lambda value: i18n.number(value, 1))
    if now.ces.n:
        words = gettext("%(share)s found it easy") % {"share": i18n.percent(now.easy.value)}
        lines.append(Line(words, _to(chosen, "easy") if now.easy.value else ""))
    changes = _changes(now.ces.mean, past, lambda then: then.ces.mean, digits=1)
    unit = gettext("/ 5") if now.ces.n else ""
    return Tile(gettext("CES, effort"), i18n.number(now.ces.mean, 1), lines, changes, unit)


def _ultra(now: Feedback, past: Sequence[Then], chosen: ReportFilter) -> Tile:
    words = gettext("0 or 1 of 10, of %(n)s") % {"n": i18n.number(now.tud.n)} if now.tud.n else answers(0)
    lines = [Line(words, _to(chosen, "ultra_detractors") if now.tud.value else ""), *sure(now.tud, i18n.percent)]
    changes = _changes(now.tud.value, past, lambda then: then.tud.value, digits=1, points=True, less_is_good=True)
    return Tile(gettext("Ultra-detractors"), i18n.percent(now.tud.value), lines, changes)


def reviews(n: int) -> str:
    if n == 0:
        return gettext("no rating")
    return ngettext("%(n)s rating", "%(n)s ratings", n) % {"n": i18n.number(n)}


def answers(n: int) -> str:
    if n == 0:
        return gettext("no answer")
    return ngettext("%(n)s answer", "%(n)s answers", n) % {"n": i18n.number(n)}


def sure(figure: Mean | Share | Promoters, written: Written) -> list[Line]:
    """How sure the figure is, in words; nothing of no answer."""
    if figure.low is None or figure.high is None:
        return [Line(gettext("too few to say how sure"))] if 0 < figure.n < LEAST_FOR_INTERVAL else []
    values = {"low": written(figure.low), "high": written(figure.high)}
    return [Line(gettext("%(low)s to %(high)s, 95%% sure") % values)]


def _high(chosen: ReportFilter) -> str:
    """The ratings with 4 or 5 stars, as far as the filter asks for them at all."""
    high = [stars for stars in (4, 5) if not chosen.stars or stars in chosen.stars]
    return address.ratings_of(chosen, stars=high) if high else ""


def _changes(
    now: float | None,
    past: Sequence[Then],
    of: Callable[[Feedback], float | None],
    *,
    digits: int,
    points: bool = False,
    less_is_good: bool = False,
) -> list[Changed]:
    """The change against each past time, in points or in what the figure is counted in, never in percent."""
    if now is None:
        return []
    found = []
    for kind, then in past:
        gained = change(now, of(then) if then else None, digits)
        text = gettext("— no earlier figure") if gained is None else _in_words(gained, digits, points)
        if len(past) > 1:
            text = gettext("%(change)s (%(past)s)") % {"change": text, "past": gettext(PAST_WORDS[kind])}
        good = gained is not None and (gained < 0 if less_is_good else gained > 0)
        found.append(Changed("good" if good else "bad" if gained else "soft", text))
    return found


def _in_words(gained: Decimal, digits: int, points: bool) -> str:
    if gained == 0:
        return gettext("= equal")
    amount = i18n.number(abs(gained), digits)
    if points:
        amount = ngettext("%(n)s point", "%(n)s points", 1 if i18n.is_one(gained) else 2) % {"n": amount}
    words = gettext("↑ up by %(amount)s") if gained > 0 else gettext("↓ down by %(amount)s")
    return words % {"amount": amount}
