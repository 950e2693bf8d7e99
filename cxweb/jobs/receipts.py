"""Takes what a gateway sends on a connection of ours."""

from cxweb.actions.take_receipts import take_receipts


def take() -> None:
    take_receipts()
