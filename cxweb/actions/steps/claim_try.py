"""Writes a try at a password or code down before it is looked at, and takes it back where it was right."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select, text

from cxweb.accounts.models import SignInAttempt
from cxweb.accounts.rules import ATTEMPT_WINDOW, Failures, heard_from
from cxweb.core.db import dialect_name, session


class TooManyAttempts(Exception):
    """The try was not heard; `until` is when the next one is."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many attempts")
        self.until = until


def claim_try(account: str, network: str, now: datetime) -> None:
    """Write the try down as a failure. Raises TooManyAttempts.

    Before it is looked at, so that a thousand at once are not all the first. Where the person's row is locked too, that
    comes first everywhere: two that lock in different orders would wait for each other.
    """
    if dialect_name() == "postgresql":
        # Simultaneous tries must see each other; SQLite's writers do so anyway.
        session().execute(text("LOCK TABLE sign_in_attempt IN SHARE ROW EXCLUSIVE MODE"))
    session().execute(delete(SignInAttempt).where(SignInAttempt.at < now - ATTEMPT_WINDOW))
    of_account, of_address = SignInAttempt.account == account, SignInAttempt.address == network
    until = heard_from(_failures(of_account).count, _failures(of_address), _failures(and_(of_account, of_address)))
    if until is not None and until > now:
        raise TooManyAttempts(until)
    session().add(SignInAttempt(account=account, address=network, at=now))


def forget_tries(account: str, network: str) -> None:
    """The try was right: what was wrong before, from here, is forgotten."""
    here = (SignInAttempt.account == account, SignInAttempt.address == network)
    session().execute(delete(SignInAttempt).where(*here))


def tries(account: str, now: datetime) -> int:
    """How often an account was tried from wherever in the last ATTEMPT_WINDOW."""
    return _failures(and_(SignInAttempt.account == account, SignInAttempt.at >= now - ATTEMPT_WINDOW)).count


def _failures(condition: ColumnElement[bool]) -> Failures:
    count, last = session().execute(select(func.count(), func.max(SignInAttempt.at)).where(condition)).one()
    return Failures(count, last)
