"""The words for what stands in the audit log: kinds of acts, objects, and what was before and is now."""

from collections.abc import Mapping
from typing import Any

from cxweb.core.i18n import NO_DATA, gettext, lazy

KINDS: Mapping[str, str] = {
    "audit": lazy("audit log"),
    "backup": lazy("backups"),
    "connector": lazy("connectors"),
    "customer": lazy("customers"),
    "demo": lazy("demo"),
    "depot": lazy("depots"),
    "driver": lazy("drivers"),
    "feedback": lazy("exports"),
    "import": lazy("imports"),
    "key": lazy("keys of the API"),
    "logo": lazy("logo"),
    "mapping": lazy("mappings of imports"),
    "message": lazy("test messages"),
    "notice": lazy("privacy notice"),
    "notification": lazy("messages"),
    "opt_out": lazy("who gets no messages"),
    "order": lazy("orders"),
    "rating": lazy("ratings"),
    "report": lazy("saved reports"),
    "retention": lazy("retention"),
    "rollups": lazy("kept figures"),
    "secret": lazy("secrets"),
    "session": lazy("signing in"),
    "setting": lazy("settings"),
    "survey": lazy("survey"),
    "totp": lazy("second step"),
    "upload": lazy("uploads"),
    "user": lazy("users"),
    "wall": lazy("wall displays"),
    "webhook": lazy("webhooks"),
    "wording": lazy("texts of messages"),
}
ACTS: Mapping[str, str] = {
    "audit.exported": lazy("exported the audit log"),
    "backup.begun": lazy("began a backup"),
    "connector.set_up": lazy("set up a connector"),
    "customer.erased": lazy("erased a customer"),
    "customer.erased_again": lazy("erased a customer who had come back"),
    "customer.exported": lazy("handed out a customer’s data"),
    "demo.loaded": lazy("loaded the demo"),
    "demo.removed": lazy("removed the demo"),
    "depot.added": lazy("added a depot"),
    "depot.changed": lazy("changed a depot"),
    "driver.exported": lazy("handed out a driver’s data"),
    "driver.viewed": lazy("opened a driver’s page"),
    "feedback.export_asked": lazy("asked for an export"),
    "feedback.export_taken": lazy("downloaded an export"),
    "feedback.exported": lazy("exported the customer feedback"),
    "key.created": lazy("made an API key"),
    "key.revoked": lazy("revoked an API key"),
    "logo.changed": lazy("changed the logo"),
    "logo.removed": lazy("removed the logo"),
    "mapping.deleted": lazy("deleted a mapping of imports"),
    "mapping.saved": lazy("saved a mapping of imports"),
    "message.tested": lazy("sent a test message"),
    "notice.changed": lazy("changed the privacy notice"),
    "notification.resent": lazy("sent a message again"),
    "notification.settled": lazy("settled whether a message arrived"),
    "opt_out.added": lazy("stopped messages to a contact"),
    "opt_out.exported": lazy("exported who gets no messages"),
    "opt_out.imported": lazy("imported who gets no messages"),
    "opt_out.removed": lazy("allowed messages to a contact again"),
    "order.created": lazy("made an order"),
    "order.link_rotated": lazy("gave an order a new link"),
    "order.notify": lazy("changed an order’s messages"),
    "order.proof": lazy("added a proof of delivery"),
    "order.status": lazy("moved an order"),
    "rating.marked_as_spam": lazy("marked a rating as spam"),
    "rating.recorded_by_phone": lazy("wrote down a rating by phone"),
    "rating.spam_mark_lifted": lazy("lifted a spam mark"),
    "report.deleted": lazy("deleted a saved report"),
    "report.saved": lazy("saved a report"),
    "report.scheduled": lazy("had a report sent"),
    "passkey.added": lazy("added a passkey"),
    "passkey.copied": lazy("a passkey was refused: its counter went back"),
    "passkey.removed": lazy("removed a passkey"),
    "passkey.used": lazy("signed in with a passkey"),
    "provider.forgotten": lazy("cut an account off from the sign-in provider"),
    "provider.linked": lazy("was linked to the sign-in provider"),
    "provider.used": lazy("was recognised by the sign-in provider"),
    "retention.applied": lazy("let old data go"),
    "rollups.repaired": lazy("repaired kept figures"),
    "secret.resealed": lazy("sealed secrets under the new key"),
    "secret.rotated": lazy("renewed a secret"),
    "session.begun": lazy("signed in"),
    "session.ended": lazy("ended sessions"),
    "setting.changed": lazy("changed a setting"),
    "survey.published": lazy("published the survey"),
    "totp.codes_renewed": lazy("got new recovery codes"),
    "totp.dropped": lazy("turned the second step off"),
    "totp.recovery_used": lazy("signed in with a recovery code"),
    "totp.removed": lazy("took somebody’s second step away"),
    "totp.set_up": lazy("set up the second step"),
    "upload.discarded": lazy("discarded an uploaded file"),
    "upload.report_taken": lazy("downloaded an import’s report"),
    "upload.started": lazy("started an import"),
    "upload.stopped": lazy("stopped an import"),
    "upload.taken": lazy("uploaded a file"),
    "user.changed": lazy("changed an account"),
    "user.created": lazy("made an account"),
    "user.disabled": lazy("closed an account"),
    "user.enabled": lazy("opened an account again"),
    "user.link_sent": lazy("sent a link to an account"),
    "user.password_changed": lazy("set a password"),
    "user.password_forgotten": lazy("a forgotten password was asked for"),
    "wall.created": lazy("made a wall display"),
    "wall.revoked": lazy("revoked a wall display"),
    "webhook.changed": lazy("changed a webhook"),
    "webhook.created": lazy("made a webhook"),
    "webhook.deleted": lazy("deleted a webhook"),
    "webhook.replayed": lazy("sent events to a webhook again"),
    "webhook.secret_rotated": lazy("gave a webhook a new secret"),
    "webhook.switched": lazy("turned a webhook on or off"),
    "webhook.tried": lazy("tried a webhook"),
    "wording.changed": lazy("changed the text of a message"),
}
OBJECTS: Mapping[str, str] = {
    "customer": lazy("person"),
    "depot": lazy("depot"),
    "driver": lazy("driver"),
    "key": lazy("API key"),
    "notification": lazy("message"),
    "order": lazy("order"),
    "rating": lazy("rating"),
    "setting": lazy("setting"),
    "user": lazy("account"),
    "wall": lazy("wall display"),
    "webhook": lazy("webhook"),
}
# What is said of an act, by the name it has on record.
DETAILS: Mapping[str, str] = {
    "acts_on": lazy("acts on"),
    "channel": lazy("channel"),
    "depot": lazy("depot"),
    "depot_id": lazy("depot"),
    "orders": lazy("orders"),
    "parent": lazy("belongs to depot"),
    "parent_id": lazy("belongs to depot"),
    "read_only": lazy("read-only"),
    "reason": lazy("reason"),
    "renamed": lazy("renamed"),
    "role": lazy("role"),
    "rows": lazy("rows"),
    "scopes": lazy("scopes"),
    "sees": lazy("sees"),
    "sessions": lazy("sessions"),
    "status": lazy("status"),
    "timezone": lazy("time zone"),
}


def act_word(act: str) -> str:
    """What was done; an act without a word stands as it is on record."""
    return gettext(ACTS[act]) if act in ACTS else act


def object_word(object_: str, names: Mapping[str, str]) -> str:
    """What it was done to: a person's or program's name, else `order 12`."""
    kind, _, number = object_.partition(":")
    return names.get(object_) or f"{gettext(OBJECTS.get(kind, kind))} {number}".strip()


def detail_words(details: Mapping[str, Any]) -> list[str]:
    """What was before and is now, one line a value; whatever else is on record after it."""
    before, after = details.get("before"), details.get("after")
    lines = []
    if isinstance(before, dict) and isinstance(after, dict):
        changed = [key for key in after if before.get(key) != after[key]]
        lines += [_line(key, f"{_value(before.get(key))} → {_value(after[key])}") for key in changed]
    elif "before" in details or "after" in details:
        lines.append(f"{_value(before)} → {_value(after)}")
    return lines + [_line(key, _value(value)) for key, value in details.items() if key not in {"before", "after"}]


def _line(name: str, text: str) -> str:
    return gettext("%(what)s: %(value)s") % {"what": gettext(DETAILS.get(name, name)), "value": text}


def _value(value: object) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or gettext("nothing")
    if value == "all":
        return gettext("the whole company")
    return NO_DATA if value is None or value == "" else str(value)
