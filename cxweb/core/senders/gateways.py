"""Which gateway takes a message of a channel, and which may tell us of it, by the process's settings."""

from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from cxweb.core.senders.local_mailbox import LocalMailbox
from cxweb.core.senders.protocol import Sender
from cxweb.core.senders.smpp import Smpp
from cxweb.core.senders.smpp_listener import Listener
from cxweb.core.senders.sms_http import SmsHttp
from cxweb.core.senders.smtp import Smtp
from cxweb.core.senders.twilio import Twilio
from cxweb.settings import InvalidSetting, Settings


def gateway(settings: Settings, channel: str, *, leaves: bool) -> Sender:
    """The channel's gateway; the local mailbox where none is set or nothing may leave. Raises InvalidSetting."""
    if not leaves:
        return LocalMailbox()
    if channel == "email" and settings.smtp_url:
        return Smtp(settings.smtp_url, settings.mail_from or _default_from(settings.base_url))
    if channel == "sms" and settings.sms_url:
        return _sms_gateway(settings)
    return LocalMailbox()


def check(settings: Settings) -> None:
    """Raise InvalidSetting, naming the variable, where a gateway's address cannot be used."""
    for channel in ("email", "sms"):
        gateway(settings, channel, leaves=True)
    if " " in (hook_key(settings, "email") or ""):
        raise InvalidSetting("CXWEB_SMTP_URL: write a plus sign of hook_key as %2B, and no spaces.")


def listener(settings: Settings) -> Listener | None:
    """Who listens to the SMS gateway, where that tells of its messages on a connection of ours."""
    found = gateway(settings, "sms", leaves=True)
    return Listener(found.account) if isinstance(found, Smpp) else None


def hook_key(settings: Settings, name: str) -> str | None:
    """The key that signs what the gateway `twilio`, `sms` or `email` posts; None where it is not set, or has no key."""
    sms, mail = urlsplit(settings.sms_url), urlsplit(settings.smtp_url)
    keys = {
        "twilio": sms.scheme in {"twilio", "twilio+http"} and Twilio(settings.sms_url, settings.base_url).token,
        "sms": sms.scheme in {"https+json", "http+json"} and parse_qs(sms.query).get("key", [""])[0],
        "email": parse_qs(mail.query).get("hook_key", [""])[0],
    }
    return keys.get(name) or None


def _sms_gateway(settings: Settings) -> Sender:
    scheme = urlsplit(settings.sms_url).scheme
    if scheme in {"twilio", "twilio+http"}:
        return Twilio(settings.sms_url, settings.base_url)
    return Smpp(settings.sms_url) if scheme in {"smpp", "smpps"} else SmsHttp(settings.sms_url)


def _default_from(base_url: str) -> str:
    """An address at the site's own host, where CXWEB_MAIL_FROM is not set."""
    host = urlsplit(base_url).hostname or "localhost"
    try:
        ip_address(host)
    except ValueError:
        return f"no-reply@{host}"
    return "no-reply@localhost"
