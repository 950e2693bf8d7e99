"""Somebody at the door has forgotten the password. What they typed is kept for the sweeper to look up."""

from cxweb.accounts.models import PasswordRequest
from cxweb.core import clock
from cxweb.core.db import transaction


def request_password(email: str) -> None:
    """Keep the request. An address with an account and one without take the same way, and so the same time."""
    with transaction() as opened:
        opened.add(PasswordRequest(email=email, asked_at=clock.now()))
