"""What an SMPP gateway sends of its own accord: receipts and replies, on a connection that one process keeps open.

A packet is answered only once what it says is recorded, so that nothing is lost with the process: the gateway repeats
what was not answered. Several processes may each listen; the gateway gives each packet to one of them.
"""

import logging
import re
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from smpplib import consts, smpp
from smpplib.exceptions import ConnectionError as LinkBroken

from cxweb.core.senders.gsm import decoded
from cxweb.core.senders.receipts import Receipt, wish
from cxweb.core.senders.smpp_link import UNREADABLE, Account, CannotBind, Link

log = logging.getLogger(__name__)

# A look takes no longer than this, so that whoever looks has time for other things.
LOOK_S, BIND_S = 0.5, 2.0
RETRY_S = 30.0
# A receipt may come before its message's id is committed; one that is still unknown after this is not ours.
PATIENCE_S = 5.0
# A silent gateway is asked whether it is there, and is gone when it does not say so.
SILENCE_S, GONE_S = 30.0, 60.0
KIND, RECEIPT = 0x3C, (0x04, 0x20)
STATES = {"DELIVRD": "delivered", "ACCEPTD": "sent", "ENROUTE": "sent"}
STATES |= dict.fromkeys(("EXPIRED", "DELETED", "UNDELIV", "REJECTD"), "failed")
CODES = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 8: "REJECTD"}


@dataclass(frozen=True)
class _Waiting:
    """A packet that is not answered yet."""

    sequence: int
    receipt: Receipt
    until: float


class Listener:
    """One process's ear at the gateway."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._link: Link | None = None
        self._waiting: list[_Waiting] = []
        self._again_at = self._heard_at = self._asked_at = 0.0

    def poll(self, record: Callable[[Receipt], bool]) -> None:
        """Record what has come since the last time, without waiting for more.

        `record` says whether it knew the message; what it raises goes on, and the packet is handed to it again.
        """
        try:
            self._read()
        except (OSError, LinkBroken, *UNREADABLE) as error:
            self._hang_up(error)
        for waiting in list(self._waiting):
            known = record(waiting.receipt)
            if known or time.monotonic() >= waiting.until:
                self._settle(waiting)

    def close(self) -> None:
        """Hang up; what was not answered comes again to whoever listens next."""
        if self._link is not None:
            self._link.close()
        self._link, self._waiting = None, []

    def _read(self) -> None:
        link = self._link or self._bound()
        until = time.monotonic() + LOOK_S
        while link is not None and time.monotonic() < until and _readable(link):
            pdu = link.take()
            self._heard_at = self._asked_at = time.monotonic()
            if pdu is not None and pdu.command == "deliver_sm":
                self._take(link, pdu)
        if link is not None:
            self._ask_whether_there(link)

    def _bound(self) -> Link | None:
        if time.monotonic() < self._again_at:
            return None
        link = Link(self.account)
        try:
            link.bind("receiver", time.monotonic() + BIND_S)
        except CannotBind as error:
            self._again_at = time.monotonic() + RETRY_S
            log.warning("no receipts from the SMPP gateway: %s", error)
            return None
        link.limit(BIND_S)
        self._link, self._heard_at, self._asked_at = link, time.monotonic(), time.monotonic()
        return link

    def _take(self, link: Link, pdu: Any) -> None:
        receipt = receipt_of(pdu)
        if receipt is None:
            link.answer("deliver_sm_resp", pdu.sequence)
        else:
            self._waiting.append(_Waiting(pdu.sequence, receipt, time.monotonic() + PATIENCE_S))

    def _settle(self, waiting: _Waiting) -> None:
        if waiting not in self._waiting or self._link is None:
            return
        self._waiting.remove(waiting)
        try:
            self._link.answer("deliver_sm_resp", waiting.sequence)
        except (OSError, LinkBroken, *UNREADABLE) as error:
            self._hang_up(error)

    def _ask_whether_there(self, link: Link) -> None:
        now = time.monotonic()
        if now - self._heard_at > GONE_S:
            raise LinkBroken("the gateway is silent")
        if now - self._asked_at > SILENCE_S:
            self._asked_at = now
            link.send_pdu(smpp.make_pdu("enquire_link", client=link))

    def _hang_up(self, error: Exception) -> None:
        log.warning("the connection for receipts from the SMPP gateway broke (%s)", type(error).__name__)
        self.close()


def _readable(link: Link) -> bool:
    return link.holds_more() or bool(select.select([link.fileno()], [], [], 0)[0])


def receipt_of(pdu: Any) -> Receipt | None:
    """What a deliver_sm says; None for what asks for nothing of us, such as a customer's thanks."""
    octets = pdu.message_payload or pdu.short_message or b""
    if (pdu.esm_class or 0) & KIND in RECEIPT:
        return _delivery(pdu, octets.decode("latin-1"))
    asked = wish(decoded(octets, pdu.data_coding or 0))
    if asked is None:
        return None
    number = (pdu.source_addr or b"").decode("latin-1")
    if pdu.source_addr_ton == consts.SMPP_TON_INTL:
        number = f"+{number.removeprefix('+')}"
    return Receipt("smpp", "sms", asked, contact=number)


def _delivery(pdu: Any, text: str) -> Receipt | None:
    fields = dict(re.findall(r"(id|stat|err):(\S*)", text))
    state = CODES.get(pdu.message_state) or fields.get("stat", "")
    provider_id = (pdu.receipted_message_id or b"").decode("latin-1") or fields.get("id")
    if state not in STATES or not provider_id:
        return None
    why = f"{state} {fields.get('err', '')}".strip()
    return Receipt("smpp", "sms", STATES[state], provider_id=provider_id, why=why)
