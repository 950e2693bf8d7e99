"""The company words its own notice about its customers' data, or goes back to the product's."""

from sqlalchemy import delete, update

from cxweb.accounts.rules import Acting
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import insert_or_leave, session, transaction
from cxweb.core.i18n import languages
from cxweb.privacy.models import PrivacyNotice
from cxweb.privacy.rules import LONGEST_NOTICE


class InvalidNotice(ValueError):
    """The notice is too long, or of a language that the pages do not speak."""


def edit_notice(language: str, text: str, by: Acting) -> None:
    """Set the notice of a language; an empty one brings the product's own back. Raises InvalidNotice."""
    text = text.replace("\r\n", "\n").strip()
    if language not in languages() or len(text) > LONGEST_NOTICE:
        raise InvalidNotice
    with transaction():
        if not text:
            session().execute(delete(PrivacyNotice).where(PrivacyNotice.language == language))
        else:
            values = {"body": text, "updated_at": clock.now(), "updated_by": by.actor}
            if not insert_or_leave(PrivacyNotice, language=language, **values):
                session().execute(update(PrivacyNotice).where(PrivacyNotice.language == language).values(values))
        record(by.actor, "notice.changed", f"notice:{language}", own=bool(text))
