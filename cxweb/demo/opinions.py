"""What the demo's customers thought: stars by how the delivery went, comments dealt so that long ones come once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from cxweb.demo import comments_en, comments_fr
from cxweb.demo.facts import DemoAnswers, DemoOrder, DemoRating
from cxweb.demo.short_words import SHORT
from cxweb.demo.wishes import WISHES
from cxweb.surveys.queries import DEFAULT_REASONS

STARS = (5, 4, 3, 2, 1)
WEIGHTS, WEIGHTS_LATE = (62, 24, 7, 3, 4), (14, 24, 26, 17, 19)
RATED_SHARE, RATED_SHARE_LATE = 0.41, 0.52
# Whoever is unhappy writes more.
COMMENT_SHARE = {5: 0.3, 4: 0.3, 3: 0.45, 2: 0.6, 1: 0.7}
# The newest are what a visitor sees first: more of them wrote something.
NEWEST, COMMENT_SHARE_NEWEST = 60, 0.8
LONGEST_WAIT = timedelta(days=4)
# Since when the demo's survey asks its further questions, and how many answer each of them.
ASKED_FOR = timedelta(days=8)
REASONS_SHARE, NPS_SHARE, CES_SHARE, OPEN_SHARE = 0.6, 0.55, 0.45, 0.12
SCORES = {5: (10, 10, 9, 9, 8), 4: (9, 8, 8, 7, 7), 3: (7, 6, 6, 5), 2: (5, 4, 3, 2), 1: (3, 1, 1, 0)}
EFFORTS = {5: (5, 5, 4), 4: (5, 4, 4), 3: (4, 3, 3), 2: (3, 2, 2), 1: (2, 1, 1)}
TEXTS = {"fr": (comments_fr.COMMENTS, comments_fr.LATE), "en": (comments_en.COMMENTS, comments_en.LATE)}


def texts(language: str, stars: int, late: bool) -> tuple[str, ...]:
    """The longer comments that fit."""
    return TEXTS[language][late].get(stars, ())


def stars_for(random: Random, late: bool, charm: float) -> int:
    """Stars by how it went, moved a little by how the driver is liked."""
    weights = WEIGHTS_LATE if late else WEIGHTS
    leaning = [weight * (1 + charm) ** (stars - 3) for stars, weight in zip(STARS, weights, strict=True)]
    return random.choices(STARS, leaning)[0]


def rate(orders: Sequence[DemoOrder], now: datetime, random: Random) -> None:
    """Give the completed orders their ratings, the newest first, so that the newest comments are all different."""
    deck: dict[tuple[str, int, bool], list[str]] = {}
    completed = [order for order in orders if order.completed_at is not None]
    rated = 0
    for order in sorted(completed, key=lambda order: order.completed_at or now, reverse=True):
        share = RATED_SHARE_LATE if order.late else RATED_SHARE
        waited = min(timedelta(minutes=random.lognormvariate(4.1, 1.4) + 1), LONGEST_WAIT)
        answered_at = (order.completed_at or now) + waited
        if random.random() > share or answered_at > now:
            continue
        stars = stars_for(random, order.late, max(-0.6, order.crew[0].charm))
        share = COMMENT_SHARE_NEWEST if rated < NEWEST else COMMENT_SHARE[stars]
        comment = _comment(order, stars, deck, random) if random.random() < share else None
        asked = answered_at > now - ASKED_FOR
        answers = further(random, order.customer.language, stars, order.late) if asked else None
        order.rating = DemoRating(stars, comment, answered_at, answers)
        rated += 1


def _comment(order: DemoOrder, stars: int, deck: dict[tuple[str, int, bool], list[str]], random: Random) -> str:
    language = order.customer.language
    key = (language, stars, order.late)
    if key not in deck:
        deck[key] = random.sample(texts(*key), len(texts(*key)))
    if deck[key] and random.random() < 0.8:
        return deck[key].pop()
    return random.choice(SHORT[language][stars])


def any_comment(random: Random, language: str, stars: int, late: bool) -> str | None:
    """A comment that fits, or none, as often as people write one."""
    if random.random() > COMMENT_SHARE[stars]:
        return None
    return random.choice(texts(language, stars, late) or SHORT[language][stars])


def further(random: Random, language: str, stars: int, late: bool) -> DemoAnswers:
    """What somebody who gave so many stars answers to the other questions, as far as people do."""
    fitting = [(code, cause) for code, cause, low, high, _ in DEFAULT_REASONS if low <= stars <= high]
    if late:
        fitting = [reason for reason in fitting if reason[0] != "on_time"]
    chosen = random.sample(fitting, random.choice((1, 1, 2))) if random.random() < REASONS_SHARE else []
    return DemoAnswers(
        nps=random.choice(SCORES[stars]) if random.random() < NPS_SHARE else None,
        ces=random.choice(EFFORTS[stars]) if random.random() < CES_SHARE else None,
        open=random.choice(WISHES[language][stars > 3]) if random.random() < OPEN_SHARE else None,
        reasons=tuple(sorted(chosen)),
    )
