"""Which gateway takes a message of a channel, by the process's settings."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from cxweb.core.senders.local_mailbox import LocalMailbox
from cxweb.core.senders.protocol import Sender
from cxweb.core.senders.sms_http import SmsHttp
from cxweb.core.senders.smtp import Smtp
from cxweb.settings import Settings


def gateway(settings: Settings, channel: str, *, leaves: bool) -> Sender:
    """The channel's gateway; the local mailbox where none is set or nothing may leave. Raises InvalidSetting."""
    if not leaves:
        return LocalMailbox()
    if channel == "email" and settings.smtp_url:
        return Smtp(settings.smtp_url, settings.mail_from or _default_from(settings.base_url))
    if channel == "sms" and settings.sms_url:
        return SmsHttp(settings.sms_url)
    return LocalMailbox()


def _default_from(base_url: str) -> str:
    """An address at the site's own host, where CXWEB_MAIL_FROM is not set."""
    host = urlsplit(base_url).hostname or "localhost"
    try:
        ip_address(host)
    except ValueError:
        return f"no-reply@{host}"
    return "no-reply@localhost"
