"""What an order's own values are called where people read them."""

from collections.abc import Mapping

from cxweb.core.i18n import gettext, lazy

# The services most companies have; what else a company calls its own stands as it is.
CHANNELS: Mapping[str, str] = {
    "delivery": lazy("Delivery"),
    "pickup": lazy("Pickup"),
    "installation": lazy("Installation"),
    "repair": lazy("Repair"),
}


def channel_word(channel: str) -> str:
    """The service in the language in force; a value from elsewhere stands as it is."""
    return gettext(CHANNELS[channel]) if channel in CHANNELS else channel
