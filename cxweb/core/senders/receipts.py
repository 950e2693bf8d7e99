"""What a gateway tells after it took a message: how that went on, or what its recipient answered."""

import re
import unicodedata
from dataclasses import dataclass

# `bounce`: the address takes no mail, now or later; `complaint`: the recipient reported it as unwanted.
EVENTS = ("sent", "delivered", "failed", "bounce", "complaint", "stop", "start")
STOP = frozenset({"stop", "stopall", "arret", "arreter", "unsubscribe", "desinscription", "desabonnement"})
START = frozenset({"start", "unstop", "reprendre"})
# These ask for an end only where they are all that was written.
STOP_ALONE = frozenset({"cancel", "end", "quit", "optout", "revoke", "fin", "annuler", "desinscrire", "desabonner"})


@dataclass(frozen=True)
class Receipt:
    """One such event. The message is known by our reference or the gateway's id, a recipient's wish by the contact."""

    gateway: str
    channel: str
    event: str
    ref: str | None = None
    provider_id: str | None = None
    # An address or number as the gateway writes it.
    contact: str | None = None
    why: str = ""


def wish(text: str) -> str | None:
    """`stop` or `start` where a reply asks for no more messages, or for messages again; else None."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = re.findall(r"[a-z]+", bare)
    if not words:
        return None
    if words[0] in STOP or (len(words) == 1 and words[0] in STOP_ALONE):
        return "stop"
    return "start" if words[0] in START else None
