"""Where the points, bands and words of a chart stand; whoever draws it only copies the numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor

# With more points than this a dot each would hide the line.
MOST_DOTS = 62


@dataclass(frozen=True)
class Value:
    """What a chart shows at one place: a figure with its n and interval; a value of None leaves a gap."""

    tick: str
    name: str
    n: int
    value: float | None
    low: float | None = None
    high: float | None = None
    href: str = ""


@dataclass(frozen=True)
class Scale:
    """What the figure may be, what must be on the scale, and by which steps the scale is divided."""

    least: float
    most: float
    holds: tuple[float, ...]
    steps: tuple[float, ...]
    digits: int = 0
    signed: bool = False


STARS = Scale(1, 5, (5,), (0.5, 1), digits=1)
ALL_STARS = Scale(1, 5, (1, 5), (1,), digits=1)
PROMOTERS = Scale(-100, 100, (0,), (10, 20, 25, 50, 100), signed=True)


@dataclass(frozen=True)
class Frame:
    """The size of a drawing and the room around its lines."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    most_ticks: int
    # Whether there is room for words beside the last point.
    roomy: bool


WIDE = Frame(960, 250, 40, 104, 18, 30, most_ticks=14, roomy=True)
NARROW = Frame(326, 210, 32, 12, 30, 28, most_ticks=4, roomy=False)


@dataclass(frozen=True)
class Dot:
    value: Value
    x: float
    y: float


@dataclass(frozen=True)
class Mark:
    """A figure written beside its point."""

    value: Value
    x: float
    y: float
    anchor: str


@dataclass(frozen=True)
class Spot:
    """The part of the drawing that leads to a point's rows: from x on so wide, with the point in it."""

    value: Value
    x: float
    width: float
    dot_x: float
    dot_y: float


@dataclass(frozen=True)
class Drawing:
    """A chart inside one frame. Lines and bands are SVG points; a bar is the interval of a point without neighbours."""

    look: str
    frame: Frame
    grid: Sequence[tuple[float, float]]
    ticks: Sequence[tuple[str, float]]
    lines: Sequence[str]
    bands: Sequence[str]
    bars: Sequence[tuple[float, float, float]]
    dots: Sequence[Dot]
    marks: Sequence[Mark]
    spots: Sequence[Spot]
    # Where the figure of the days before stands, and where its words do.
    past_y: float | None
    past_text_y: float


@dataclass(frozen=True)
class Chart:
    """The values, and their drawings for screens with room and for phones."""

    values: Sequence[Value]
    scale: Scale
    bottom: float
    past: float | None
    drawings: Sequence[Drawing]

    @property
    def shown(self) -> Sequence[Value]:
        return [value for value in self.values if value.value is not None]

    @property
    def from_bottom(self) -> bool:
        """Whether the scale begins where the figure can begin; a reader has to know."""
        return self.bottom == self.scale.least


def line(values: Sequence[Value], scale: Scale, past: float | None = None) -> Chart | None:
    """The chart of these values, None where fewer than two of them are figures."""
    shown = [value for value in values if value.value is not None]
    if len(shown) < 2:
        return None
    steps = _grid(shown, scale, past)
    drawings = [_drawing(values, steps, past, frame, look) for look, frame in (("wide", WIDE), ("narrow", NARROW))]
    return Chart(values, scale, steps[0], past, drawings)


def _grid(shown: Sequence[Value], scale: Scale, past: float | None) -> list[float]:
    """The values of the grid's lines, lowest first: six at most where the steps allow it, two at least."""
    numbers = [*scale.holds, *([] if past is None else [past])]
    for value in shown:
        numbers += [number for number in (value.value, value.low, value.high) if number is not None]
    for step in scale.steps:
        low = max(floor(min(numbers) / step) * step, scale.least)
        high = min(ceil(max(numbers) / step) * step, scale.most)
        count = ceil((high - low) / step)
        if count <= 5 or step == scale.steps[-1]:
            break
    if count < 2 and low - step >= scale.least:
        low, count = low - step, count + 1
    if count < 2 and low + 2 * step <= scale.most:
        count += 1
    return [min(low + place * step, scale.most) for place in range(count + 1)]


def _drawing(values: Sequence[Value], steps: Sequence[float], past: float | None, frame: Frame, look: str) -> Drawing:
    bottom, top = steps[0], steps[-1]
    inner, high = frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom

    def x_of(place: int) -> float:
        return round(frame.left + inner * (place / (len(values) - 1)), 1)

    def y_of(value: float) -> float:
        return round(frame.top + (top - value) / (top - bottom) * high, 1)

    runs = _runs([(value, x_of(place)) for place, value in enumerate(values)])
    dots = [Dot(value, x, y_of(value.value)) for run in runs for value, x in run if value.value is not None]
    marks = _marks(dots, frame)
    past_y = None if past is None else y_of(past)
    every = ceil(len(values) / frame.most_ticks)
    return Drawing(
        look,
        frame,
        grid=[(value, y_of(value)) for value in steps],
        ticks=[(value.tick, x_of(place)) for place, value in enumerate(values) if place % every == 0],
        lines=[_points([(x, y_of(v.value)) for v, x in run if v.value is not None]) for run in runs if len(run) > 1],
        bands=[_band(part, y_of) for run in runs for part in _with_interval(run) if len(part) > 1],
        bars=[_bar(part, y_of) for run in runs for part in _with_interval(run) if len(part) == 1],
        dots=dots if len(values) <= MOST_DOTS else _lone(runs, dots),
        marks=marks,
        spots=_spots(dots, inner / (len(values) - 1)),
        past_y=past_y,
        past_text_y=_beside(past_y, marks[-1].y, frame) if past_y is not None else 0.0,
    )


Run = list[tuple[Value, float]]


def _runs(placed: Sequence[tuple[Value, float]]) -> list[Run]:
    """The values that stand beside each other without a gap."""
    runs: list[Run] = [[]]
    for value, x in placed:
        if value.value is None:
            runs.append([])
        else:
            runs[-1].append((value, x))
    return [run for run in runs if run]


def _with_interval(run: Run) -> list[Run]:
    """The parts of a run that have an interval."""
    parts: list[Run] = [[]]
    for value, x in run:
        if value.low is None or value.high is None:
            parts.append([])
        else:
            parts[-1].append((value, x))
    return [part for part in parts if part]


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _band(part: Run, y_of: Callable[[float], float]) -> str:
    """Along the upper ends of the intervals and back along the lower ones."""
    upper = [(x, y_of(value.high)) for value, x in part if value.high is not None]
    lower = [(x, y_of(value.low)) for value, x in part if value.low is not None]
    return _points([*upper, *reversed(lower)])


def _bar(part: Run, y_of: Callable[[float], float]) -> tuple[float, float, float]:
    value, x = part[0]
    assert value.low is not None and value.high is not None  # noqa: S101, PT018 - only such values are parts
    return x, y_of(value.high), y_of(value.low)


def _lone(runs: Sequence[Run], dots: Sequence[Dot]) -> list[Dot]:
    """The dots of values without neighbours, which no line shows."""
    alone = {id(run[0][0]) for run in runs if len(run) == 1}
    return [dot for dot in dots if id(dot.value) in alone]


def _marks(dots: Sequence[Dot], frame: Frame) -> list[Mark]:
    """The lowest figure under its point and the last one beside it, where they do not cover each other."""
    last, lowest = dots[-1], max(reversed(dots), key=lambda dot: dot.y)
    if frame.roomy:
        found = [Mark(last.value, frame.width - frame.right + 12, last.y + 4, "start")]
    else:
        found = [Mark(last.value, last.x, max(last.y - 12, 14), "end")]
    if abs(last.x - lowest.x) > 60 and lowest.y > min(dot.y for dot in dots):
        x = min(max(lowest.x, frame.left + 24), frame.width - frame.right - 24)
        found.insert(0, Mark(lowest.value, x, min(lowest.y + 20, frame.height - frame.bottom - 4), "middle"))
    return found


def _spots(dots: Sequence[Dot], wide: float) -> list[Spot]:
    """As wide as the points are apart, around each."""
    return [Spot(dot.value, round(dot.x - wide / 2, 1), round(wide, 1), dot.x, dot.y) for dot in dots if dot.value.href]


def _beside(y: float, taken: float, frame: Frame) -> float:
    """The baseline of a word at this height that stays clear of the one at `taken`."""
    if not frame.roomy:
        return round(y - 6, 1)
    base = y + 4
    if abs(base - taken) < 16:
        base = taken + 16 if base >= taken else taken - 16
    return round(base, 1)


@dataclass(frozen=True)
class Whisker:
    """A figure and its interval on a scale from left to right, `width` wide."""

    width: int
    x: float
    low_x: float
    high_x: float


def whisker(value: float | None, low: float | None, high: float | None, scale: tuple[float, float]) -> Whisker | None:
    """The interval on the scale, its ends cut off where they lie outside; None without one."""
    if value is None or low is None or high is None:
        return None
    width, room = 120, 6

    def x_of(number: float) -> float:
        inside = min(max(number, scale[0]), scale[1])
        return round(room + (inside - scale[0]) / (scale[1] - scale[0]) * (width - 2 * room), 1)

    return Whisker(width, x_of(value), x_of(low), x_of(high))
