"""The two ways an import says no: to a whole file, and to one row of it."""

from typing import NamedTuple

LONGEST_VALUE = 200


class Refusal(NamedTuple):
    """A refused row: the line it starts at, its ref as it stands in the file, and the reason.

    `problem` is the kind of reason, for pages that say it in the reader's language; `column` and `value` are the
    cell it lies at, empty where it is the whole row.
    """

    line: int
    ref: str
    reason: str
    problem: str = "unreadable"
    column: str = ""
    value: str = ""


class CannotImport(Exception):
    """The file or its mapping cannot be used; the text is one sentence for the operator.

    `problem` is the kind of reason, for pages that say it in the reader's language, and `detail` what it names.
    """

    def __init__(self, sentence: str, problem: str = "", detail: str = "") -> None:
        super().__init__(sentence)
        self.problem = problem
        self.detail = detail


class RefusedRow(Exception):
    """One row is not taken; the text is the reason as the report gives it, `field` the one it lies at, if any."""

    def __init__(self, reason: str, problem: str = "unreadable", field: str = "") -> None:
        super().__init__(reason)
        self.problem = problem
        self.field = field


def quoted(text: str) -> str:
    """A value as a sentence shows it: short, on one line."""
    shown = " ".join(text.split())
    return f"'{shown[:40]}…'" if len(shown) > 40 else f"'{shown}'"
