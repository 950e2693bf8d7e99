"""What the text of a message may be: its kinds, the tags that stand for an order's facts, and what is refused where."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

# An order's completion with and without the question, and the two that ask some days later.
COMPLETED, NOTICE, INVITATION, REMINDER = "order-completed", "order-notice", "survey-invitation", "survey-reminder"
KINDS = (COMPLETED, NOTICE, INVITATION, REMINDER)
CHANNELS = ("email", "sms")
# Each tag and the name each language's editor writes it under; every name is understood in every language.
TAGS: Mapping[str, Mapping[str, str]] = {
    "company": {"en": "company", "fr": "entreprise"},
    "order": {"en": "order", "fr": "commande"},
    "driver": {"en": "driver", "fr": "chauffeur"},
    "date": {"en": "date", "fr": "date"},
    "link": {"en": "link", "fr": "lien"},
    "opt-out": {"en": "opt-out", "fr": "désinscription"},
}
# The survey's editor writes the company under this name.
ALSO = {"nomdelentreprise": "company"}
ADDRESSES = frozenset({"link", "opt-out"})
LONGEST_SUBJECT = 150
LONGEST: Mapping[str, int] = {"email": 2_000, "sms": 459}

TAG = re.compile(r"\[([^\[\]\n]{1,60})\]")
_BRACKET = re.compile(r"\[[^\[\]\n]{0,60}\]?")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class Slot(NamedTuple):
    """Which text it is: of one kind, channel and language."""

    kind: str
    channel: str
    language: str


@dataclass(frozen=True)
class MessageText:
    """A text with its tags; an SMS has no subject."""

    subject: str
    body: str


@dataclass(frozen=True)
class Problem:
    """What is wrong in `subject` or `body`, and where: lines and columns count from 1, 0 where no place is to blame."""

    part: str
    kind: str
    found: str = ""
    line: int = 0
    column: int = 0


class InvalidWording(ValueError):
    """A text that cannot be sent, with everything that is wrong in it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(", ".join(f"{problem.part}: {problem.kind}" for problem in problems))
        self.problems = problems


def tag_of(name: str) -> str | None:
    """The tag of a name in any language, capitals, accents and hyphens aside; None for an unknown one."""
    return _SPELLINGS.get(_folded(name))


def normal(text: MessageText, channel: str) -> MessageText:
    """The text as it is stored: every spelling of a tag as its own, no idle white space; an SMS on one line."""
    subject = re.sub(r"\s*[\r\n\t]\s*| {2,}", " ", text.subject).strip() if channel == "email" else ""
    body = text.body.replace("\r\n", "\n").replace("\r", "\n")
    if channel == "email":
        body = re.sub(r"[ \t]+(?=\n|\Z)", "", body)
        body = re.sub(r"\n{3,}", "\n\n", body).strip()
    else:
        body = re.sub(r"\s*\n\s*| {2,}", " ", body).strip()
    return MessageText(_tagged(subject), _tagged(body))


def checked(text: MessageText, channel: str) -> MessageText:
    """The text in its normal form. Raises InvalidWording."""
    problems = [*_subject_problems(text.subject)] if channel == "email" else []
    problems += _body_problems(text.body.replace("\r\n", "\n").replace("\r", "\n"), channel)
    if problems:
        raise InvalidWording(problems)
    return normal(text, channel)


def written(text: str, language: str) -> str:
    """A stored text as the editor of a language shows it, with that language's names for the tags."""
    return TAG.sub(lambda found: f"[{name_in(found[1], language)}]", text)


def name_in(tag: str, language: str) -> str:
    """A tag's name in a language; a language without names of its own uses the stored ones."""
    return TAGS[tag].get(language, tag) if tag in TAGS else tag


def text_kind(kind: str, invites: bool) -> str:
    """Which text a message takes: one of a completion that asks nothing has its own."""
    return NOTICE if kind == COMPLETED and not invites else kind


def _subject_problems(subject: str) -> Iterator[Problem]:
    if not subject.strip():
        yield Problem("subject", "empty")
    if len(_tagged(subject)) > LONGEST_SUBJECT:
        yield Problem("subject", "too_long", str(LONGEST_SUBJECT))
    yield from _places("subject", subject, forbidden=ADDRESSES)


def _body_problems(body: str, channel: str) -> Iterator[Problem]:
    if not body.strip():
        yield Problem("body", "empty")
        return
    if len(_tagged(body)) > LONGEST[channel]:
        yield Problem("body", "too_long", str(LONGEST[channel]))
    yield from _places("body", body)
    if not any(tag_of(found) == "link" for found in TAG.findall(body)):
        yield Problem("body", "no_link")


def _places(part: str, text: str, forbidden: frozenset[str] = frozenset()) -> Iterator[Problem]:
    """Brackets that are no tag, tags that may not stand here, and characters that do not show, each with its place."""
    for found in _BRACKET.finditer(text):
        whole = TAG.fullmatch(found[0])
        tag = tag_of(whole[1]) if whole else None
        kind = "unclosed" if not whole else "unknown" if tag is None else "not_here" if tag in forbidden else ""
        if kind:
            yield Problem(part, kind, found[0], *_place(text, found.start()))
    for index, char in enumerate(text):
        if char not in "\n\t" and (unicodedata.category(char) in {"Cc", "Cs", "Co", "Zl", "Zp"} or char in _TURNS):
            yield Problem(part, "unshown", f"U+{ord(char):04X}", *_place(text, index))


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def _tagged(text: str) -> str:
    return TAG.sub(lambda found: f"[{tag_of(found[1]) or found[1]}]", text)


def _folded(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if char.isalnum())


_SPELLINGS = ALSO | {_folded(name): tag for tag, names in TAGS.items() for name in names.values()}
