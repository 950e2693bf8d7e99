"""The words staff pages use for the product's own values: statuses, message states, roles, channels."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo

from babel.dates import format_timedelta

from cxweb.core import i18n
from cxweb.core.i18n import gettext, lazy
from cxweb.orders.messages import channel_word
from cxweb.surveys.queries import shown_to

STATUSES: Mapping[str, str] = {
    "planned": lazy("Planned"),
    "on_the_way": lazy("On the way"),
    "arrived": lazy("At the door"),
    "completed": lazy("Completed"),
    "failed": lazy("Failed"),
    "cancelled": lazy("Cancelled"),
}
DELIVERED = lazy("Delivered")
MESSAGE_STATES: Mapping[str, str] = {
    "pending": lazy("Waiting"),
    "sending": lazy("Being sent"),
    "sent": lazy("Sent"),
    "delivered": lazy("Arrived"),
    "failed": lazy("Could not be sent"),
    "expired": lazy("Too late to send"),
    "suppressed": lazy("Not sent"),
    "uncertain": lazy("Perhaps sent"),
}
SUPPRESSED: Mapping[str, str] = {
    "no_recipient": lazy("no address is known"),
    "not_completed": lazy("the order is no longer completed"),
    "feedback_off": lazy("customer feedback is off"),
    "tracking_off": lazy("order tracking is off"),
    "already_rated": lazy("already rated"),
    "invalid_recipient": lazy("the address cannot be used"),
    "channel_off": lazy("this kind of message is switched off"),
    "too_late": lazy("it waited for more than a day"),
    "opted_out": lazy("the customer wants no messages"),
    "throttled": lazy("the customer was asked recently"),
    "survey_closed": lazy("the time to rate the order is over"),
    "sampled_out": lazy("not among those drawn for the survey"),
    "rated_meanwhile": lazy("rated meanwhile"),
    "reopened": lazy("the order was reopened"),
    "erased": lazy("the customer’s data was erased"),
    "daily_cap": lazy("as many as a day may have were told already"),
    "no_longer_low": lazy("the rating is not low any more"),
}
EVENTS: Mapping[str, str] = {
    "order.completed": lazy("Order completed"),
    "rating.created": lazy("Order rated"),
    "rating.low": lazy("Low rating"),
    "test": lazy("Test"),
}
REFUSED_ARRIVALS: Mapping[str, str] = {
    "number": lazy("its number takes 1 to 64 of the letters A to Z, the digits, and . _ : - without accents or spaces"),
    "elsewhere": lazy("the number is taken by an order of another depot"),
    "completed": lazy("it is completed, and what came would change what is fixed then"),
    "ahead": lazy("its time lies in the future"),
}
# Systems that orders come from, by the names they give themselves.
SYSTEMS: Mapping[str, str] = {"optimoroute": "OptimoRoute", "onfleet": "Onfleet"}
ROLES: Mapping[str, str] = {
    "admin": lazy("Admin"),
    "dispatcher": lazy("Dispatcher"),
    "relations": lazy("Customer relations"),
    "reader": lazy("Reader"),
}
SCOPE_WORDS: Mapping[str, str] = {
    "orders": lazy("Bring in orders and tell how far they are"),
    "read": lazy("Read orders and ratings, with contact data"),
    "metrics": lazy("Read figures"),
}
# Each under its own name, in its own language.
LANGUAGES: Mapping[str, str] = i18n.own_names()
# How the five choices are drawn, and what a reason says of.
SKINS: Mapping[str, str] = {"stars": lazy("Stars"), "numbers": lazy("Numbers 1 to 5"), "smileys": lazy("Faces")}
CAUSES: Mapping[str, str] = {
    "driver": lazy("Driver"),
    "product": lazy("Product"),
    "delay": lazy("Timing"),
    "price": lazy("Price"),
    "other": lazy("Other cause"),
}
# What may mean that a rating was not the customer's own; it is shown, and counts all the same.
MARKS: Mapping[str, str] = {
    "staff_session": lazy("given in a browser of the staff"),
    "depot_address": lazy("given from a depot’s network"),
    "seconds_after": lazy("given seconds after the completion"),
}
MESSAGE_CHANNELS: Mapping[str, str] = {"email": lazy("E-mail"), "sms": lazy("SMS")}
MESSAGE_KINDS: Mapping[str, str] = {
    "order-completed": lazy("Order completed"),
    "survey-invitation": lazy("Survey invitation"),
    "survey-reminder": lazy("Survey reminder"),
}
OPT_OUT_SOURCES: Mapping[str, str] = {
    "link": lazy("the customer, by the link"),
    "one_click": lazy("the customer, in the mail program"),
    "stop": lazy("the customer, by STOP"),
    "bounce": lazy("nothing arrives there"),
    "import": lazy("from a file"),
    "staff": lazy("by hand"),
}
LIFT_REASONS: Mapping[str, str] = {
    "wanted": lazy("The customer wants messages again"),
    "mistake": lazy("It was put here by mistake"),
    "other_person": lazy("It belongs to somebody else now"),
}
REFUSED_CONTACTS: Mapping[str, str] = {
    "empty": lazy("neither an e-mail address nor a phone number"),
    "unusable": lazy("an e-mail address or phone number that cannot be used"),
    "unreadable": lazy("the row cannot be read"),
}
ACTORS: Mapping[str, str] = {
    "system": lazy("automatically"),
    "import": lazy("by an import"),
    "connector": lazy("by a connector"),
    "demo": lazy("by the demo"),
    "command": lazy("at the command line"),
    "customer": lazy("the customer"),
}
SOMEBODY = lazy("somebody")
# The buttons that move an order, under what they do.
MOVES: Mapping[str, str] = {
    "planned": lazy("Plan again"),
    "on_the_way": lazy("Mark as on the way"),
    "arrived": lazy("Mark as at the door"),
    "completed": lazy("Mark as completed"),
    "failed": lazy("Mark as failed"),
    "cancelled": lazy("Cancel the order"),
}
REOPEN = lazy("Reopen the order")


def status_word(status: str, channel: str = "delivery") -> str:
    """An order's status; a delivery is delivered, anything else completed."""
    delivered = status == "completed" and channel == "delivery"
    word = DELIVERED if delivered else STATUSES[status]
    return gettext(word)


def move_word(status: str, current: str) -> str:
    """What the button says that moves an order from its current status."""
    reopens = current == "completed"
    word = REOPEN if reopens else MOVES[status]
    return gettext(word)


def reason_word(code: str, survey_version_id: int | None) -> str:
    """A reason as the survey of its answer words it."""
    reason = shown_to(survey_version_id).reason(code)
    return reason.text(i18n.language()) if reason else code


def actor_word(actor: str, names: Mapping[str, str]) -> str:
    """Who acted: a person's or program's name, else a word for the kind of it."""
    kind = actor.partition(":")[0]
    return names.get(actor) or gettext(ACTORS.get(kind, SOMEBODY))


def window(start: datetime | None, end: datetime | None, zone: tzinfo, now: datetime) -> str:
    """A promised window: `14:00–15:00`, with its day where that is not today; empty where nothing was promised."""
    if end is None:
        return ""
    times = i18n.time(end, zone) if start is None else f"{i18n.time(start, zone)}–{i18n.time(end, zone)}"
    if start is None:
        times = gettext("until %(time)s") % {"time": times}
    return times if is_day(end, now, zone) else f"{i18n.day(end, zone, 'd MMM')}, {times}"


def brief(value: datetime | None, zone: tzinfo, now: datetime) -> str:
    """An instant of a list: `14:32`, with its day where that is not today, with its year where that is another one."""
    if value is None:
        return ""
    local, today = value.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return i18n.time(value, zone)
    return i18n.moment(value, zone, "d MMM, H:mm" if local.year == today.year else "d MMM y, H:mm")


def delay(value: timedelta) -> str:
    """How late something is: `+12 min`, `+2 h 05`; in time where it is not."""
    minutes = int(value.total_seconds() // 60)
    if minutes < 1:
        return gettext("in time")
    hours, rest = divmod(minutes, 60)
    if hours > 1:
        return gettext("+%(hours)s h %(minutes)s") % {"hours": hours, "minutes": f"{rest:02}"}
    return gettext("+%(minutes)s min") % {"minutes": minutes}


def duration(waited: timedelta) -> str:
    """How long something has lasted: `4 minutes`."""
    return format_timedelta(waited, threshold=1.2, locale=i18n.locale())


def is_day(value: datetime, now: datetime, zone: tzinfo) -> bool:
    """Whether two instants fall on one day of the zone."""
    return value.astimezone(zone).date() == now.astimezone(zone).date()


def _word(words: Mapping[str, str]) -> Callable[[str], str]:
    def word(value: str) -> str:
        """The word in the language in force; a value from elsewhere stands as it is."""
        return gettext(words[value]) if value in words else value

    return word


FILTERS: Mapping[str, Callable[..., str]] = {
    "status_word": status_word,
    "channel_word": channel_word,
    "move_word": move_word,
    "brief": brief,
    "delay": delay,
    "message_state_word": _word(MESSAGE_STATES),
    "suppressed_word": _word(SUPPRESSED),
    "reason_word": reason_word,
    "skin_word": _word(SKINS),
    "cause_word": _word(CAUSES),
    "mark_word": _word(MARKS),
    "language_word": lambda code: LANGUAGES.get(code, code),
    "role_word": _word(ROLES),
    "message_channel_word": _word(MESSAGE_CHANNELS),
    "message_kind_word": _word(MESSAGE_KINDS),
    "opt_out_source_word": _word(OPT_OUT_SOURCES),
    "system_word": lambda name: SYSTEMS.get(name, name),
    "refused_arrival_word": _word(REFUSED_ARRIVALS),
    "event_word": _word(EVENTS),
    "refused_contact_word": _word(REFUSED_CONTACTS),
    "duration": duration,
}
