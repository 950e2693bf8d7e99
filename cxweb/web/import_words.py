"""The words of the import's pages: fields, encodings, outcomes, and why a file or a row is not taken."""

from collections.abc import Mapping
from datetime import UTC, datetime

from cxweb.core import i18n
from cxweb.core.i18n import gettext, lazy

FIELDS: Mapping[str, str] = {
    "ref": lazy("Order number"),
    "status": lazy("Status"),
    "completed_at": lazy("Completed at"),
    "promised_from": lazy("Promised from"),
    "promised_to": lazy("Promised until"),
    "eta": lazy("Expected at"),
    "created_at": lazy("Created at"),
    "customer_ref": lazy("Customer number"),
    "customer_name": lazy("Customer’s name"),
    "customer_email": lazy("E-mail address"),
    "customer_phone": lazy("Phone number"),
    "customer_language": lazy("Customer’s language"),
    "address_line": lazy("Street and number"),
    "postcode": lazy("Postcode"),
    "address_city": lazy("Town"),
    "driver_ref": lazy("Driver’s number"),
    "driver_name": lazy("Driver’s name"),
    "depot": lazy("Depot"),
    "route": lazy("Route"),
    "channel": lazy("Service"),
    "reason": lazy("Reason of a failure"),
    "tags": lazy("Tags"),
    "notify": lazy("Message wanted"),
    "order_ref": lazy("Order number"),
    "stars": lazy("Stars"),
    "comment": lazy("Comment"),
    "answered_at": lazy("Answered at"),
}
# In a file of ratings the ref is the rating's own.
RATING_REF = lazy("Rating’s number")
HINTS: Mapping[str, str] = {
    "completed_at": lazy("Needed for completed orders. The second column counts where the first is empty."),
    "driver_name": lazy("Without a number, drivers of the same name count as one."),
    "comment": lazy("Two columns, such as a title and a text, are joined."),
    "customer_email": lazy("Where the invitation to rate goes."),
}
# Groups of fields as the page shows them.
GROUPS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "orders": (
        (lazy("The order"), ("ref", "status", "completed_at", "promised_from", "promised_to", "created_at", "eta")),
        (
            lazy("The customer"),
            ("customer_name", "customer_email", "customer_phone", "customer_language", "customer_ref"),
        ),
        (
            lazy("Who and where"),
            ("driver_name", "driver_ref", "depot", "route", "address_line", "postcode", "address_city"),
        ),
        (lazy("Everything else"), ("channel", "reason", "tags", "notify")),
    ),
    "ratings": ((lazy("The rating"), ("order_ref", "stars", "comment", "answered_at", "ref")),),
}
# Fields that may be read from a second column.
WITH_SECOND = frozenset({"completed_at", "comment"})
CHANNELS: Mapping[str, str] = {
    "delivery": lazy("delivery"),
    "pickup": lazy("pick-up"),
    "installation": lazy("installation"),
    "repair": lazy("repair"),
}
MESSAGES: Mapping[str, str] = {
    "none": lazy("none"),
    "email": lazy("by e-mail"),
    "sms": lazy("by SMS"),
    "both": lazy("by e-mail and SMS"),
}
KINDS: Mapping[str, str] = {"orders": lazy("Orders"), "ratings": lazy("Ratings")}
STATES: Mapping[str, str] = {
    "open": lazy("Being prepared"),
    "queued": lazy("Waiting for its turn"),
    "running": lazy("Coming in"),
    "done": lazy("Imported"),
    "failed": lazy("Broken off"),
    "cancelled": lazy("Stopped"),
    "undoing": lazy("Being undone"),
    "undone": lazy("Undone"),
}
LOOKS: Mapping[str, str] = {
    "open": "",
    "queued": "way",
    "running": "way",
    "done": "done",
    "failed": "fail",
    "cancelled": "off",
    "undoing": "way",
    "undone": "off",
}
OUTCOMES: Mapping[str, str] = {
    "imported": lazy("New"),
    "updated": lazy("Changed"),
    "unchanged": lazy("Known already"),
    "superseded": lazy("A later one counts"),
    "refused": lazy("Refused"),
}
# The same of one row.
ROW_OUTCOMES: Mapping[str, str] = {
    "imported": lazy("comes in new"),
    "updated": lazy("is changed"),
    "unchanged": lazy("is known already"),
    "superseded": lazy("a later one counts already"),
    "refused": lazy("is refused"),
}
ENCODINGS: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "utf-8-sig": lazy("UTF-8 with a mark"),
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": lazy("Windows, Western Europe"),
    "cp1250": lazy("Windows, Central Europe"),
    "cp1251": lazy("Windows, Cyrillic"),
    "cp1253": lazy("Windows, Greek"),
    "cp1254": lazy("Windows, Turkish"),
    "cp850": lazy("DOS, Western Europe"),
    "mac_roman": "Macintosh",
    "iso8859_1": "ISO 8859-1",
    "iso8859_2": "ISO 8859-2",
    "iso8859_15": "ISO 8859-15",
}
DELIMITERS: Mapping[str, str] = {
    ",": lazy("comma"),
    ";": lazy("semicolon"),
    "\t": lazy("tab"),
    "|": lazy("vertical bar"),
}
ROW_PROBLEMS: Mapping[str, str] = {
    "unreadable": lazy("the row cannot be read: it has too many or too few cells, or a quote that does not close"),
    "missing": lazy("nothing is filled in here"),
    "bad_ref": lazy("a number has 1 to 64 letters without accents, digits and . _ : - and no blank"),
    "no_format": lazy("this is no date in the chosen way of writing"),
    "no_such_time": lazy("this time does not exist: the clocks were changed"),
    "out_of_range": lazy("this date is too far away"),
    "future": lazy("this lies in the future"),
    "unknown_word": lazy("no status was chosen for this word"),
    "no_choice": lazy("this word is not one of those that are known"),
    "no_driver_ref": lazy("the driver has a name and no number"),
    "too_long": lazy("the text is too long"),
    "bad_tags": lazy("too many tags, or one that is too long"),
    "bad_stars": lazy("stars are whole numbers from 1 to 5"),
    "fixed": lazy("this no longer changes once the order is completed"),
    "forbidden_move": lazy("the order cannot move to this status from where it stands"),
    "no_reason": lazy("reopening a completed order needs a reason"),
    "unknown_order": lazy("no order has this number"),
    "not_completed": lazy("the order is not completed"),
}
FILE_PROBLEMS: Mapping[str, str] = {
    "none": lazy("Choose a file first."),
    "kind": lazy("The file must be a CSV or an XLSX workbook. Save it as one of these and choose it again."),
    "empty": lazy("The file is empty. Nothing was kept."),
    "full": lazy("There is no room left for the file. Nothing was kept. Make room on the machine, then try again."),
    "gone": lazy("The file is no longer here. Upload it once more."),
    "no_header": lazy("The first line names no columns. Put the columns’ names there and upload the file again."),
    "no_column": lazy("The file has no column “%(detail)s”."),
    "twice": lazy("The file has the column “%(detail)s” more than once. Rename one and upload it again."),
    "workbook": lazy("The file is no readable XLSX workbook. Save it once more with your spreadsheet program."),
    "no_sheet": lazy("The workbook has no sheet “%(detail)s”."),
    "cut_off": lazy("The workbook is damaged after row %(detail)s. What came before it was read."),
    "encoding": lazy("The file cannot be read to its end in this encoding (%(detail)s). Choose another reading."),
    "unknown_encoding": lazy("No encoding is called “%(detail)s”."),
    "delimiter": lazy("A delimiter is one character, and no quote."),
    "broken": lazy("The file cannot be read to its end: it is damaged. Upload it once more."),
    "contradiction": lazy("Two of the chosen ways read %(detail)s as different dates. Choose one of them."),
    "format": lazy("“%(detail)s” is no way to write a date, such as %%d/%%m/%%Y %%H:%%M."),
    "required": lazy("Choose the column of the field that is marked."),
    "zone": lazy("No time zone is called “%(detail)s”. One such as Europe/Paris is meant."),
    "too_long": lazy("The trial takes longer than nine minutes and was stopped. Import the file, or try a part of it."),
    "stuck": lazy(
        "It broke off ten times at the same rows. What came in before stays, and can be undone. The log says why."
    ),
    "dates": lazy("Say how each kind of date is read: nothing is chosen for you where two readings are possible."),
    "no_name": lazy("A name has up to 60 letters, digits and spaces, and does not end in .toml."),
}


def file_problem(problem: str, detail: str = "", sentence: str = "") -> str:
    """Why a file is not taken, in the reader's language; the command's own sentence where the page has none."""
    words = FILE_PROBLEMS.get(problem)
    return gettext(words) % {"detail": detail} if words else sentence or detail


def wall_words(wall: datetime, timed: bool) -> str:
    """A time as a format reads it, in words that leave no doubt which day is meant."""
    # Of no zone yet: UTC only keeps it as it is.
    wall = wall.replace(tzinfo=UTC)
    return i18n.moment(wall, UTC, "d MMMM y, H:mm") if timed else i18n.day(wall, UTC)


def row_problem(problem: str, reason: str = "") -> str:
    """Why a row is not taken, in the reader's language."""
    words = ROW_PROBLEMS.get(problem)
    return gettext(words) if words else reason
