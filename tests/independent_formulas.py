"""Means, shares and promoter scores once more, by other ways than the product's; nothing of it is imported here."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import Any

JSON = dict[str, Any]
Z = 1.959963984540054


def part(of: int, whole: int) -> float | None:
    return of / whole * 100 if whole else None


def mean_of(scores: Sequence[int]) -> JSON:
    n = len(scores)
    if not n:
        return {"n": 0, "mean": None, "low": None, "high": None}
    mean = fmean(scores)
    if n < 5:
        return {"n": n, "mean": mean, "low": None, "high": None}
    half = Z * stdev(scores) / sqrt(n)
    return {"n": n, "mean": mean, "low": max(1, mean - half), "high": min(5, mean + half)}


def share(of: int, n: int) -> JSON:
    """Wilson 1927: the roots of (p̂ − p)² = z²·p·(1 − p)/n."""
    if not n:
        return {"n": 0, "value": None, "low": None, "high": None}
    p = of / n
    a, b, c = 1 + Z**2 / n, -(2 * p + Z**2 / n), p**2
    low, high = ((-b + sign * sqrt(max(b**2 - 4 * a * c, 0))) / (2 * a) for sign in (-1, 1))
    low, high = (0.0 if of == 0 else low), (1.0 if of == n else high)
    return {"n": n, "value": 100 * p, "low": 100 * low, "high": 100 * high}


def promoters(praise: Sequence[bool], blame: Sequence[bool]) -> JSON:
    n, good, bad = len(praise), sum(praise), sum(blame)
    parts = {"n": n, "promoters": good, "passives": n - good - bad, "detractors": bad}
    if not n:
        return {**parts, "value": None, "low": None, "high": None}
    value = (good - bad) / n * 100
    if n < 5:
        return {**parts, "value": value, "low": None, "high": None}
    p, d = (good + 0.75) / (n + 3), (bad + 0.75) / (n + 3)
    half = Z * sqrt((p + d - (p - d) ** 2) / (n + 3)) * 100
    low, high = max((p - d) * 100 - half, -100), min((p - d) * 100 + half, 100)
    return {**parts, "value": value, "low": min(low, value), "high": max(high, value)}
