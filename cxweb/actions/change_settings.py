"""The company's settings change: by the command line or on the settings pages."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, update

from cxweb.accounts.rules import Acting, ForbiddenAct
from cxweb.actions.steps.digest_contact import lasting_key
from cxweb.company.models import Setting
from cxweb.company.queries import forget_settings, settings_now
from cxweb.company.rules import CompanySettings, InvalidCompanySetting, field_of, parse, write
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import after_commit, insert_or_leave, session, transaction
from cxweb.core.i18n import SOURCE, languages


def change_settings(changes: Mapping[str, str], by: Acting) -> None:
    """Set every key to its text, or none: raises InvalidCompanySetting with a sentence that names the key.

    Raises ForbiddenAct for who sees only a part of the company: they hold for all of it.
    """
    if not by.perimeter.reach.whole:
        raise ForbiddenAct("company")
    wanted = {key: parse(key, text) for key, text in changes.items()}
    if wanted.get("company.language", SOURCE) not in languages():
        raise InvalidCompanySetting(f"company.language takes one of {', '.join(languages())}.")
    now = clock.now()
    with transaction():
        before = settings_now()
        for key, value in wanted.items():
            old = getattr(before, field_of(key))
            if value != old:
                _store(key, value, now)
                record(by.actor, "setting.changed", f"setting:{key}", before=old, after=value)
        if wanted.get("drivers.pseudonyms"):
            # Codes are made with it, also where nothing can be written.
            lasting_key()
        after_commit(forget_settings)


def _store(key: str, value: str | bool | int, now: datetime) -> None:
    """Only what differs from its default has a row, so that a better default reaches whoever never chose."""
    if value == getattr(CompanySettings(), field_of(key)):
        session().execute(delete(Setting).where(Setting.key == key))
        return
    text = write(value)
    if not insert_or_leave(Setting, key=key, value=text, updated_at=now):
        session().execute(update(Setting).where(Setting.key == key).values(value=text, updated_at=now))
