"""What the product knows of a customer, table by table, and when which part of it goes."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CONTACT, WORDS, LOGS = "contact", "words", "logs"
LONGEST_NOTICE = 20_000
# From this hour of the company's zone on a night's run is due.
NIGHT = time(3)


class UnknownCustomer(LookupError):
    """No such customer, or one of whom nothing is known any more."""


@dataclass(frozen=True)
class Holding:
    """The columns of a table that tell of a customer, and the column that leads there.

    `contact` goes some weeks after the delivery, `words` some years after it; with `whole` the rows themselves go. An
    erasure takes all of it at once.
    """

    table: str
    link: str
    to: str
    contact: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    whole: bool = False

    def columns(self, term: str) -> tuple[str, ...]:
        return self.contact if term == CONTACT else self.words


# An empty comment stays an empty comment and is not "none": how many commented is a figure too.
HOLDINGS = (
    Holding("customer", "id", "customer", contact=("email", "phone"), words=("name", "ref", "language")),
    Holding("order", "id", "order", contact=("address_line",), words=("postcode", "city", "reason")),
    Holding("notification", "order_id", "order", contact=("recipient", "provider_id", "last_error")),
    Holding("mailbox_message", "notification_id", "notification", contact=("recipient", "text"), whole=True),
    Holding("status_change", "order_id", "order", words=("reason",)),
    Holding("proof", "order_id", "order", words=("photo", "signature", "note"), whole=True),
    Holding("rating", "order_id", "order", words=("comment", "open")),
    Holding("rating_version", "rating_id", "rating", words=("comment", "open")),
    Holding("phone_rating", "order_id", "order", words=("comment",)),
    Holding("spam_mark", "rating_id", "rating", words=("reason",)),
    # The digest beside it goes on deciding.
    Holding("opt_out", "created_at", "time", contact=("contact",)),
)
# Logs by the column that says when; they hold no customer's data, and digests instead of what was typed.
LOGGED = (("audit_entry", "at"), ("sign_in_attempt", "at"))
# Texts that tell of no customer: of the tables above these columns, of the others all.
IMPERSONAL = {
    "order": frozenset({"ref", "token", "status", "channel", "route", "notify", "depot_name"}),
    "notification": frozenset({"dedupe_key", "kind", "channel", "state", "reason", "uninvited", "lease_token"}),
    "status_change": frozenset({"status", "actor"}),
    "rating": frozenset({"ref", "language"}),
    "rating_version": frozenset({"reasons"}),
    "phone_rating": frozenset({"recorded_by"}),
    "spam_mark": frozenset({"marked_by", "lifted_by"}),
    "opt_out": frozenset({"channel", "digest", "source", "created_by"}),
    **dict.fromkeys(
        (
            *("api_key", "asked", "board_change", "board_choice", "crew_member", "depot", "driver", "gateway_state"),
            *("known_person", "logo", "low_rating_alert", "order_tag", "privacy_notice", "rating_mark"),
            *("rating_reason", "setting", "staff_session", "survey_reason", "survey_reason_text", "survey_text"),
            *("survey_version", "user_account", "user_branch", "wall", "wording", "wording_text"),
            *("account_link", "passkey", "password_request", "provider_link", "recovery_code", "sign_in_challenge"),
            *("staff_mail", "saved_mapping", "saved_report"),
            *("connector", "connector_seen", "feedback_export", "upload", "webhook_endpoint"),
            *("driver_cell", "figure_change", "order_cell", "reason_cell", "rollup_state"),
        ),
        frozenset[str](),
    ),
}
# Tables whose rows may quote anybody in these columns: those that quote an erased person are taken away, and without
# columns all of them. Folders of the data folder with files that may do so: what is in them can be made again.
LOOSE: dict[str, tuple[str, ...]] = {
    "kept_answer": (),
    "upload_change": ("former",),
    "upload_refusal": ("ref", "value"),
    "webhook_delivery": ("data", "reason"),
}
LOOSE_FOLDERS = ("exports", "uploads")


@dataclass(frozen=True)
class Terms:
    """Up to which instant each part of the data is over its term."""

    contact: datetime
    words: datetime
    logs: datetime

    def before(self, term: str) -> datetime:
        return {CONTACT: self.contact, WORDS: self.words, LOGS: self.logs}[term]


def terms(now: datetime, zone: ZoneInfo, contact_days: int, words_months: int, logs_months: int) -> Terms:
    """The terms at this instant; months are counted in the company's zone."""
    return Terms(
        now - timedelta(days=contact_days), _months_ago(now, zone, words_months), _months_ago(now, zone, logs_months)
    )


def _months_ago(now: datetime, zone: ZoneInfo, months: int) -> datetime:
    today = now.astimezone(zone).date()
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return datetime.combine(date(years, month + 1, min(today.day, 28)), time(), zone)


def is_due(now: datetime, zone: ZoneInfo, last: date | None) -> bool:
    """Whether a night's run is due: once a day from NIGHT on. The first night comes after the first day."""
    local = now.astimezone(zone)
    return last is not None and last < local.date() and local.time() >= NIGHT


@dataclass(frozen=True)
class Removal:
    """How many rows of a table a term empties, or takes away."""

    term: str
    table: str
    rows: int


def paragraphs(text: str) -> list[tuple[str, str]]:
    """The paragraphs of a notice as pairs of `h2` or `p` and the text; a line that begins with # is a heading."""
    found = []
    for part in re.split(r"\n\s*\n|(?<=\n)(?=#)|(?<=^)(?=#)", text.replace("\r\n", "\n")):
        lines = part.strip().split("\n")
        if lines[0].startswith("#"):
            found.append(("h2", lines[0].lstrip("# ").strip()))
            lines = lines[1:]
        if body := " ".join(line.strip() for line in lines).strip():
            found.append(("p", body))
    return [(kind, text) for kind, text in found if text]
