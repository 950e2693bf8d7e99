"""The words staff pages use for the product's own values: statuses, message states, roles, channels."""

from collections.abc import Callable, Mapping

from cxweb.core.i18n import gettext, lazy

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
    "rated": lazy("already rated"),
    "already_rated": lazy("already rated"),
    "opted_out": lazy("the customer wants no messages"),
    "throttled": lazy("the customer was asked recently"),
}
ROLES: Mapping[str, str] = {
    "admin": lazy("Admin"),
    "dispatcher": lazy("Dispatcher"),
    "relations": lazy("Customer relations"),
    "reader": lazy("Reader"),
}
MESSAGE_CHANNELS: Mapping[str, str] = {"email": lazy("E-mail"), "sms": lazy("SMS")}
MESSAGE_KINDS: Mapping[str, str] = {"order-completed": lazy("Order completed")}
ACTORS: Mapping[str, str] = {
    "system": lazy("automatically"),
    "import": lazy("by an import"),
    "demo": lazy("by the demo"),
    "customer": lazy("the customer"),
}
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
    return gettext(DELIVERED if status == "completed" and channel == "delivery" else STATUSES[status])


def move_word(status: str, current: str) -> str:
    """What the button says that moves an order from its current status."""
    return gettext(REOPEN if current == "completed" else MOVES[status])


def actor_word(actor: str, names: Mapping[str, str]) -> str:
    """Who acted: a person's or program's name, else a word for the kind of it."""
    return names.get(actor) or gettext(ACTORS.get(actor.partition(":")[0], lazy("somebody")))


def _word(words: Mapping[str, str]) -> Callable[[str], str]:
    def word(value: str) -> str:
        """The word in the language in force; a value from elsewhere stands as it is."""
        return gettext(words[value]) if value in words else value

    return word


FILTERS: Mapping[str, Callable[..., str]] = {
    "status_word": status_word,
    "move_word": move_word,
    "message_state_word": _word(MESSAGE_STATES),
    "suppressed_word": _word(SUPPRESSED),
    "role_word": _word(ROLES),
    "message_channel_word": _word(MESSAGE_CHANNELS),
    "message_kind_word": _word(MESSAGE_KINDS),
}
