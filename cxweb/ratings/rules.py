"""Who may rate when, and what of a comment is kept."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cxweb.surveys.rules import CODE as CODE
from cxweb.surveys.rules import Survey

LONGEST_COMMENT = 2000
MOST_MARKS = 8
FIVE = ("1", "2", "3", "4", "5")
ELEVEN = tuple(str(n) for n in range(11))
# C0 but line feed, DEL, C1; line and paragraph separators; what turns the direction of the text; lone surrogates.
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class CannotRate(Exception):
    """The order takes no rating now; `reason` is not_completed, failed, cancelled, feedback_off, window_over or
    closed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidAnswer(ValueError):
    """A field that cannot be stored: its name, and missing, several, not_a_choice, too_long or nul as the problem."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class NothingToMark(LookupError):
    """There is no such answer, or none that the act could change: it is marked already, or is not."""


class CannotRecord(Exception):
    """No rating by phone is taken: `reason` is not_completed, or rated where the customer has answered already."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """What a post says; None where a field was not sent, so that what is stored stays."""

    stars: int | None = None
    comment: str | None = None
    nps: int | None = None
    ces: int | None = None
    open: str | None = None
    # The codes, sorted; an empty tuple takes all of them back.
    reasons: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Facts:
    """What deciding about a rating takes."""

    status: str
    feedback_enabled: bool
    answered_at: datetime | None
    correction_window: timedelta
    completed_at: datetime | None = None
    # How many days after completion the survey still takes a first answer; 0 for ever.
    closing_days: int = 0


# A rating given so soon after completion was hardly given by who had to find a message first.
SOON = timedelta(seconds=20)


@dataclass(frozen=True)
class Circumstances:
    """Of a post: whether a member of the staff is signed in with that browser, whether it came from the company's own
    network."""

    signed_in: bool = False
    own_address: bool = False


def suspicions(circumstances: Circumstances, completed_at: datetime | None, now: datetime) -> dict[str, str | None]:
    """What may mean that staff gave the rating: kinds of mark with what was seen. They change no figure."""
    found: dict[str, str | None] = {}
    if circumstances.signed_in:
        found["staff_session"] = None
    if circumstances.own_address:
        found["depot_address"] = None
    if completed_at is not None and now - completed_at < SOON:
        found["seconds_after"] = str(max(0, int((now - completed_at).total_seconds())))
    return found


def refusal(facts: Facts, now: datetime) -> str | None:
    """Why the order takes no rating at this instant; None where it does."""
    if facts.status in {"failed", "cancelled"}:
        return facts.status
    if facts.status != "completed":
        return "not_completed"
    if not facts.feedback_enabled:
        return "feedback_off"
    if facts.answered_at is not None and now >= correction_ends_at(facts.answered_at, facts.correction_window):
        return "window_over"
    if facts.answered_at is None and is_closed(facts.completed_at, facts.closing_days, now):
        return "closed"
    return None


def is_closed(completed_at: datetime | None, closing_days: int, now: datetime) -> bool:
    """Whether the time for a first answer is over; 0 days: never."""
    return bool(closing_days) and completed_at is not None and now >= completed_at + timedelta(days=closing_days)


def check_can_rate(facts: Facts, now: datetime) -> None:
    """Raises CannotRate with the reason where refusal() gives one."""
    reason = refusal(facts, now)
    if reason is not None:
        raise CannotRate(reason)


def correction_ends_at(answered_at: datetime, window: timedelta) -> datetime:
    """When the customer can no longer change the answer."""
    return answered_at + window


def choice(field: str, sent: list[str], allowed: tuple[str, ...]) -> int | None:
    """The one choice sent for a field, None where none was. Raises InvalidAnswer.

    Compared as text: int('५') succeeds in Python.
    """
    if not sent:
        return None
    if len(sent) > 1:
        raise InvalidAnswer(field, "several")
    if sent[0] not in allowed:
        raise InvalidAnswer(field, "not_a_choice")
    return int(sent[0])


def written(field: str, sent: list[str]) -> str | None:
    """A comment or open answer as it is stored, None where the field was not sent. Raises InvalidAnswer."""
    if not sent:
        return None
    if len(sent) > 1:
        raise InvalidAnswer(field, "several")
    if "\x00" in sent[0]:
        raise InvalidAnswer(field, "nul")
    text = cleaned(sent[0])
    if browser_length(text) > LONGEST_COMMENT:
        raise InvalidAnswer(field, "too_long")
    return text


def codes(sent: list[str]) -> tuple[str, ...] | None:
    """The reasons sent, None where the field was not sent. Raises InvalidAnswer.

    An empty value chooses nothing: the form always sends one, so that a person can take every reason back.
    """
    if not sent:
        return None
    found = sorted({code for code in sent if code})
    if not all(CODE.fullmatch(code) for code in found):
        raise InvalidAnswer("reasons", "not_a_choice")
    return tuple(found)


def fitting(answer: Answer, survey: Survey) -> Answer:
    """The answer with those of its reasons only that the survey offers for its stars.

    A chip that was chosen before the stars changed is still sent, though nobody sees it any more. Raises InvalidAnswer
    for a reason that the survey does not have.
    """
    if not answer.reasons:
        return answer
    offered = [survey.reason(code) for code in answer.reasons]
    if None in offered:
        raise InvalidAnswer("reasons", "not_a_choice")
    kept = tuple(reason.code for reason in offered if reason and (not answer.stars or reason.fits(answer.stars)))
    return replace(answer, reasons=kept)


def cleaned(text: str) -> str:
    """NFC, line feeds only, no control or direction characters, at most MOST_MARKS combining marks a base, trimmed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if text.isascii():
        # Most names and numbers: nothing to compose, no marks to count.
        return _CONTROLS.sub("", text).strip()
    text = _CONTROLS.sub("", unicodedata.normalize("NFC", text))
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept).strip()


def browser_length(text: str) -> int:
    """The length as a browser's maxlength counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def merged(stored: Answer, sent: Answer) -> Answer:
    """The stored answer with every field that was sent in its place."""
    return Answer(
        stars=stored.stars if sent.stars is None else sent.stars,
        comment=stored.comment if sent.comment is None else sent.comment or None,
        nps=stored.nps if sent.nps is None else sent.nps,
        ces=stored.ces if sent.ces is None else sent.ces,
        open=stored.open if sent.open is None else sent.open or None,
        reasons=stored.reasons if sent.reasons is None else sent.reasons,
    )
