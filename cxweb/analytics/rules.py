"""Figures from counts: ratings, NPS, CSAT, CES and rates, each with its n and its 95 % interval.

Everything is computed from whole-number counts and rounded only where it is shown. No data is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from math import sqrt

# The 97.5 % quantile of the standard normal distribution.
Z = 1.959963984540054
# Intervals of means and of NPS are shown from this n on.
LEAST_FOR_INTERVAL = 5
FIVE_STARS = (1, 2, 3, 4, 5)
# Where the 0–10 question is not asked: promoters from 5 stars on, detractors up to 3.
NPS_STARS = (5, 3)
# A driver's figures are shown from this n on: below it they say more of chance than of the person.
LEAST_OF_A_DRIVER = 10
# With fewer answers than this, a report's own mean is too weak to draw drivers towards it.
LEAST_FOR_OVERALL = 30


@dataclass(frozen=True)
class Counts:
    """The raw numbers of a set of orders and answers; None where a filter on answers makes orders meaningless."""

    completed: int | None
    eligible: int | None
    # Eligible orders with a rating: a subset, so that the response rate cannot exceed 100 %.
    rated: int | None
    # How many answers gave 1, 2, 3, 4, 5 stars.
    stars: tuple[int, ...] = (0,) * 5
    # The same, of answers to survey versions that do not ask the 0–10 question.
    stars_without_nps: tuple[int, ...] = (0,) * 5
    # How many answers gave 0, 1, … 10.
    nps: tuple[int, ...] = (0,) * 11
    # How many answers gave 1, 2, 3, 4, 5 for effort.
    ces: tuple[int, ...] = (0,) * 5
    # Shown beside the figures and in none of them: answers marked as spam, and what was only said on the phone.
    spam: int = 0
    by_phone: int = 0
    # Completed orders with an invitation that was not refused, and those of them with a rating.
    reached: int | None = None
    reached_rated: int | None = None


@dataclass(frozen=True)
class Mean:
    """A mean of whole scores, its interval (None below LEAST_FOR_INTERVAL) and the count of each score."""

    n: int
    mean: float | None
    low: float | None
    high: float | None
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Share:
    """A percentage 0–100 with its Wilson interval."""

    n: int
    value: float | None
    low: float | None
    high: float | None


NOTHING = Share(0, None, None, None)


@dataclass(frozen=True)
class Promoters:
    """A net promoter score −100…100 with its parts and its adjusted Wald interval."""

    n: int
    value: float | None
    low: float | None
    high: float | None
    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True)
class Feedback:
    """The figures of a report, in one place for page, API and export; each is worked out when it is asked for.

    `promoting`: in NPS (stars), promoters give so many stars or more, and detractors so many or fewer.
    """

    counts: Counts
    promoting: tuple[int, int] = NPS_STARS

    @property
    def completed(self) -> int | None:
        return self.counts.completed

    @property
    def eligible(self) -> int | None:
        return self.counts.eligible

    @property
    def rated(self) -> int | None:
        return self.counts.rated

    @property
    def spam(self) -> int:
        return self.counts.spam

    @property
    def by_phone(self) -> int:
        return self.counts.by_phone

    @cached_property
    def response(self) -> Share:
        return share(self.counts.rated or 0, self.counts.eligible or 0)

    @cached_property
    def reached(self) -> Share:
        """The rate on messages delivered: of completed orders with an invitation that was not refused."""
        return share(self.counts.reached_rated or 0, self.counts.reached or 0)

    @cached_property
    def stars(self) -> Mean:
        return mean(self.counts.stars, FIVE_STARS)

    @cached_property
    def csat(self) -> Share:
        stars = self.counts.stars
        return share(stars[3] + stars[4], sum(stars))

    @cached_property
    def nps_stars(self) -> Promoters:
        stars, (promoting, detracting) = self.counts.stars_without_nps, self.promoting
        passive = sum(stars[detracting : promoting - 1])
        return promoters(sum(stars[promoting - 1 :]), passive, sum(stars[:detracting]))

    @cached_property
    def nps(self) -> Promoters:
        scores = self.counts.nps
        return promoters(sum(scores[9:]), sum(scores[7:9]), sum(scores[:7]))

    @cached_property
    def tud(self) -> Share:
        scores = self.counts.nps
        return share(scores[0] + scores[1], sum(scores))

    @cached_property
    def ces(self) -> Mean:
        return mean(self.counts.ces, FIVE_STARS)

    @cached_property
    def easy(self) -> Share:
        return share(self.counts.ces[3] + self.counts.ces[4], sum(self.counts.ces))

    @property
    def response_rate(self) -> float | None:
        return self.response.value

    @property
    def easy_share(self) -> float | None:
        return self.easy.value


def figures(counts: Counts, nps_stars: tuple[int, int] = NPS_STARS) -> Feedback:
    """The figures of these counts. `nps_stars`: promoters from so many stars on, detractors up to so many."""
    return Feedback(counts, nps_stars)


def percentage(part: int, whole: int) -> float | None:
    """100·part/whole, None of nothing. Multiplied before it is divided, so that there is one rounding."""
    return 100 * part / whole if whole else None


def mean(counts: Sequence[int], scores: Sequence[int]) -> Mean:
    """The mean of scores given so often each: ± z·s/√n with s over n−1, clipped to the scale."""
    n = sum(counts)
    if n == 0:
        return Mean(0, None, None, None, tuple(counts))
    total = sum(score * count for score, count in zip(scores, counts, strict=True))
    value = total / n
    if n < LEAST_FOR_INTERVAL:
        return Mean(n, value, None, None, tuple(counts))
    squares = sum(score * score * count for score, count in zip(scores, counts, strict=True))
    # Whole numbers up to the division: no digit is lost where all scores are equal.
    variance = (n * squares - total * total) / (n * (n - 1))
    half = Z * sqrt(variance / n)
    return Mean(n, value, max(value - half, scores[0]), min(value + half, scores[-1]), tuple(counts))


def share(part: int, n: int) -> Share:
    """The share part/n in percent with Wilson's score interval (Wilson 1927), exact at 0/n and n/n."""
    if n == 0:
        return NOTHING
    p, z2 = part / n, Z * Z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    low = 0.0 if part == 0 else max(100 * (centre - half), 0.0)
    high = 100.0 if part == n else min(100 * (centre + half), 100.0)
    return Share(n, percentage(part, n), low, high)


def shrunken(stars: Sequence[int], overall: float, weight: int = 10) -> float:
    """The mean of so many answers of 1…5, drawn to the overall one as if m = `weight` more gave it: (Σ+m·μ)/(n+m)."""
    total = sum(score * count for score, count in zip(FIVE_STARS, stars, strict=True))
    return (total + weight * overall) / (sum(stars) + weight)


def promoters(promoting: int, passive: int, detracting: int) -> Promoters:
    """NPS = 100·(P−D)/n; interval: adjusted Wald (P+¾, D+¾, n+3), clipped to ±100 and widened to hold the value."""
    n = promoting + passive + detracting
    if n == 0:
        return Promoters(0, None, None, None, 0, 0, 0)
    value = 100 * (promoting - detracting) / n
    if n < LEAST_FOR_INTERVAL:
        return Promoters(n, value, None, None, promoting, passive, detracting)
    p, d = (promoting + 0.75) / (n + 3), (detracting + 0.75) / (n + 3)
    half = 100 * Z * sqrt((p + d - (p - d) ** 2) / (n + 3))
    centre = 100 * (p - d)
    low, high = max(centre - half, -100.0), min(centre + half, 100.0)
    return Promoters(n, value, min(low, value), max(high, value), promoting, passive, detracting)


def ranks(values: Sequence[float]) -> list[int]:
    """The ranks of values in descending order: those equal to two decimals share one (1, 1, 3)."""
    shown = [two_decimals(value) for value in values]
    return [shown.index(value) + 1 for value in shown]


def two_decimals(value: float) -> Decimal:
    """A value as it is compared in a ranking."""
    return Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True)
class FeedbackRow:
    """The figures of a date, driver, depot or channel; the key is a date's name or a ref, None where there is none."""

    key: str | None
    name: str | None
    feedback: Feedback


@dataclass(frozen=True)
class Funnel:
    """Orders with an invitation: sent, not refused, rated, commented, each a part of the one before; then what stands
    beside the chain: rated without an invitation, and opened at least so often. None where orders mean nothing."""

    sent: int | None = None
    reached: int | None = None
    rated: int | None = None
    commented: int | None = None
    rated_without_message: int | None = None
    opened: int | None = None


@dataclass(frozen=True)
class ReasonShare:
    """How many of the answers with a reason chose this one."""

    code: str
    cause: str
    count: int
    share: Share


@dataclass(frozen=True)
class ReasonShares:
    """The reasons, the most frequent first; n answers have one, `own` is the share of those with one that lies with
    the driver."""

    n: int
    rows: tuple[ReasonShare, ...]
    own: Share


@dataclass(frozen=True)
class Crosstab:
    """Answers that gave stars and a 0–10 score: for 1…5 stars the detractors, passives and promoters among them."""

    n: int
    counts: tuple[tuple[int, int, int], ...]
