"""Somebody opens a driver's page: drivers are employees, so every look at one person's figures is on record."""

from cxweb.accounts.rules import Acting
from cxweb.core.audit import record
from cxweb.core.db import transaction


def record_driver_view(driver_id: int, by: Acting) -> None:
    """Add the view to the audit log."""
    with transaction():
        record(by.actor, "driver.viewed", f"driver:{driver_id}")
