"""Which messages an order's completion causes, under which key, and when each is due."""

from dataclasses import dataclass

ORDER_COMPLETED = "order-completed"


@dataclass(frozen=True)
class Due:
    """A message to be written into the outbox; `reason` set means it is suppressed at once."""

    dedupe_key: str
    kind: str
    channel: str
    recipient: str | None
    reason: str | None


def channels(preference: str) -> tuple[str, ...]:
    """The channels of `none`, `email`, `sms` or `both`."""
    return {"none": (), "email": ("email",), "sms": ("sms",), "both": ("email", "sms")}[preference]


def completed_messages(order_id: int, preference: str, email: str | None, phone: str | None) -> list[Due]:
    """The "order completed" messages of an order; the key makes each of them unique for ever."""
    recipients = {"email": email, "sms": phone}
    return [
        Due(
            dedupe_key=f"{ORDER_COMPLETED}:{order_id}:{channel}",
            kind=ORDER_COMPLETED,
            channel=channel,
            recipient=recipients[channel],
            reason=None if recipients[channel] else "no_recipient",
        )
        for channel in channels(preference)
    ]
