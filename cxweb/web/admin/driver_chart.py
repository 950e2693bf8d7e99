"""The chart of a driver's last twelve months; months with few answers leave a gap."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from cxweb.analytics.rules import Mean
from cxweb.core import i18n
from cxweb.web.admin.charts import ALL_STARS, Chart, Value, line

LONGEST = 12


def chart(months: Sequence[tuple[date, Mean]], least: int, now: datetime, zone: tzinfo) -> Chart | None:
    """The last LONGEST months up to now; None where fewer than two of them have enough answers."""
    found = dict(months)
    today = now.astimezone(zone).date()
    numbers = [today.year * 12 + today.month - 1 - back for back in reversed(range(LONGEST))]
    return line([_value(date(number // 12, number % 12 + 1, 1), found, least, zone) for number in numbers], ALL_STARS)


def _value(month: date, found: dict[date, Mean], least: int, zone: tzinfo) -> Value:
    stars = found.get(month)
    tick, name = i18n.day(month, zone, "LLL"), i18n.day(month, zone, "LLLL y")
    if stars is None or stars.n < least:
        return Value(tick, name, stars.n if stars else 0, None)
    return Value(tick, name, stars.n, stars.mean, stars.low, stars.high)
