"""What the pages of the messages' texts call things: the kinds, the tags, and what is wrong with a text."""

from collections.abc import Mapping

from cxweb.core.i18n import gettext, lazy
from cxweb.wordings.rules import COMPLETED, INVITATION, NOTICE, REMINDER, Problem

TEXT_KINDS: Mapping[str, str] = {
    COMPLETED: lazy("Completed, with the question"),
    NOTICE: lazy("Completed, without a question"),
    INVITATION: lazy("Survey invitation"),
    REMINDER: lazy("Reminder"),
}
WHEN: Mapping[str, str] = {
    COMPLETED: lazy("Leaves when an order is completed, and asks for the rating at once."),
    NOTICE: lazy("Leaves when an order is completed and nothing is asked now, because that comes later or not at all."),
    INVITATION: lazy("Leaves some days after the completion, where the rating is asked for later."),
    REMINDER: lazy("Leaves once, some days after the question, to those who have not answered."),
}
TAG_WORDS: Mapping[str, str] = {
    "company": lazy("the company’s name"),
    "order": lazy("the order’s number"),
    "driver": lazy("the driver’s first name; “your driver” where there is none"),
    "date": lazy("day and time of the completion"),
    "link": lazy("the customer’s page"),
    "opt-out": lazy("the page on which the customer stops all messages"),
}
_PROBLEMS: Mapping[str, str] = {
    "empty": lazy("Write something here."),
    "too_long": lazy("This is longer than %(found)s characters. Shorten it a little."),
    "no_link": lazy("The link is missing: without [link] nobody can answer. Put it where the button should stand."),
    "unknown": lazy("Line %(line)s, column %(column)s: there is no tag %(found)s. Take one of the list below."),
    "unclosed": lazy("Line %(line)s, column %(column)s: the bracket of %(found)s is not closed, or holds no tag."),
    "not_here": lazy("Column %(column)s: an address such as %(found)s has no place in a subject."),
    "unshown": lazy("Line %(line)s, column %(column)s: a character nobody can see (%(found)s). Delete it."),
}


def problem_words(problem: Problem) -> str:
    """What is wrong, where, and the way out."""
    values = {"found": problem.found, "line": problem.line, "column": problem.column}
    return gettext(_PROBLEMS[problem.kind]) % values
