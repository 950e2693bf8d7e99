"""Where the points of a driver's chart stand; months with few answers leave a gap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from cxweb.analytics.rules import Mean

LONGEST = 12
WIDTH, HEIGHT, LEFT, TOP = 640, 180, 24, 12


@dataclass(frozen=True)
class Point:
    """A month: its place from the left, and the heights of its mean and interval, None where answers are few."""

    month: date
    n: int
    x: float
    mean: float | None
    y: float | None
    low_y: float | None
    high_y: float | None


@dataclass(frozen=True)
class Chart:
    """A chart of stars over months; `lines` are runs of neighbouring months with a mean, as SVG points."""

    width: int
    height: int
    left: int
    points: Sequence[Point]
    lines: Sequence[str]
    # The height of each whole number of stars.
    grid: Sequence[tuple[int, float]]


def height_of(stars: float) -> float:
    """How far from the top a number of stars stands; the scale goes from 1 to 5."""
    return round(TOP + (5 - stars) / 4 * (HEIGHT - 2 * TOP), 1)


def chart(months: Sequence[tuple[date, Mean]], least: int, now: datetime, zone: tzinfo) -> Chart | None:
    """The last LONGEST months up to now; None where fewer than two of them have enough answers."""
    found = dict(months)
    today = now.astimezone(zone).date()
    numbers = [today.year * 12 + today.month - 1 - back for back in reversed(range(LONGEST))]
    step = (WIDTH - 2 * LEFT) / (LONGEST - 1)
    points = []
    for place, number in enumerate(numbers):
        month = date(number // 12, number % 12 + 1, 1)
        points.append(_point(month, found.get(month), round(LEFT + place * step, 1), least))
    if sum(point.y is not None for point in points) < 2:
        return None
    grid = [(stars, height_of(stars)) for stars in range(1, 6)]
    return Chart(WIDTH, HEIGHT, LEFT, points, _lines(points), grid)


def _point(month: date, stars: Mean | None, x: float, least: int) -> Point:
    if stars is None or stars.n < least or stars.mean is None or stars.low is None or stars.high is None:
        return Point(month, stars.n if stars else 0, x, None, None, None, None)
    heights = (height_of(value) for value in (stars.mean, stars.low, stars.high))
    return Point(month, stars.n, x, stars.mean, *heights)


def _lines(points: Sequence[Point]) -> list[str]:
    runs: list[list[str]] = [[]]
    for point in points:
        if point.y is None:
            runs.append([])
        else:
            runs[-1].append(f"{point.x},{point.y}")
    return [" ".join(run) for run in runs if len(run) > 1]
