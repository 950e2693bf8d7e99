"""SMS over SMPP 3.4. After a message was submitted nothing can be asked, so a lost answer stays in doubt.

Each message is sent on a connection bound as transmitter, which receives nothing: receipts and replies come on the
receiver's (smpp_listener), and none arrives on a connection that is about to close.
"""

from typing import Any
from zlib import crc32

from smpplib import consts, smpp
from smpplib.exceptions import ConnectionError as LinkBroken

from cxweb.core.senders.gsm import encoded
from cxweb.core.senders.protocol import (
    Accepted,
    InDoubt,
    Message,
    Outcome,
    RefusedForGood,
    RefusedForNow,
    left,
    told,
)
from cxweb.core.senders.smpp_link import UNREADABLE, Account, CannotBind, Link, reason

BUSY = (consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL, consts.SMPP_ESME_RX_T_APPN)
BROKEN = (consts.SMPP_ESME_RSYSERR, consts.SMPP_ESME_RINVBNDSTS)
MOST_PARTS = 255
# Type and plan of a number: international, of letters, or for the gateway to tell.
INTERNATIONAL, LETTERS, ANY = (1, 1), (5, 0), (0, 0)


class Smpp:
    """The gateway of CXWEB_SMS_URL."""

    resolves_doubt = False

    def __init__(self, url: str) -> None:
        """`url` as Account reads it. Raises InvalidSetting."""
        self.account = Account(url)

    def send(self, message: Message, until: float) -> Outcome:
        hidden = (message.recipient, self.account.password, self.account.user)
        pieces = _pieces(message, self.account.splits)
        if len(pieces) > MOST_PARTS:
            return RefusedForGood("the text is too long for SMS")
        link = Link(self.account)
        try:
            link.bind("transmitter", until)
            # A process that was frozen meanwhile stops here, before anything was said.
            left(until)
            return self._submit(link, message, pieces, until)
        except (CannotBind, TimeoutError) as error:
            return RefusedForNow(told(str(error), *hidden), gateway_down=True)
        finally:
            link.close()

    def after_doubt(self, ref: str, until: float) -> InDoubt:
        return InDoubt("no answer from the gateway")

    def _submit(self, link: Link, message: Message, pieces: list[dict[str, Any]], until: float) -> Outcome:
        provider_id = None
        for number, piece in enumerate(pieces):
            try:
                answer = link.ask(smpp.make_pdu("submit_sm", client=link, **self._addresses(message), **piece), until)
            except (OSError, LinkBroken, *UNREADABLE) as error:
                return InDoubt(told(error, message.recipient, self.account.password, self.account.user))
            if answer.is_error():
                # Sending all parts again would repeat those that were taken.
                return InDoubt(f"part {number + 1}: {reason(answer.status)}") if number else _refusal(answer.status)
            provider_id = (answer.message_id or b"").decode("latin-1") or None
        return Accepted(provider_id)

    def _addresses(self, message: Message) -> dict[str, Any]:
        sender = self.account.sender
        kind = INTERNATIONAL if sender.startswith("+") else ANY if sender.isdigit() else LETTERS
        return {
            "source_addr_ton": kind[0],
            "source_addr_npi": kind[1],
            "source_addr": sender.removeprefix("+"),
            "dest_addr_ton": INTERNATIONAL[0],
            "dest_addr_npi": INTERNATIONAL[1],
            "destination_addr": message.recipient.removeprefix("+"),
            "registered_delivery": 1,
        }


def _pieces(message: Message, splits: bool) -> list[dict[str, Any]]:
    """The text as the fields of one packet; of several where it is long and the gateway does not split it itself."""
    text = encoded(message.text)
    if text.fits_one:
        return [{"data_coding": text.coding, "short_message": text.octets}]
    if not splits:
        return [{"data_coding": text.coding, "message_payload": text.octets}]
    parts = list(text.parts())
    head = bytes([5, 0, 3, crc32(message.ref.encode()) & 0xFF, len(parts) & 0xFF])
    return [
        {
            "data_coding": text.coding,
            "esm_class": consts.SMPP_GSMFEAT_UDHI,
            "short_message": head + bytes([number & 0xFF]) + part,
        }
        for number, part in enumerate(parts, 1)
    ]


def _refusal(status: int) -> Outcome:
    if status in BUSY or status in BROKEN:
        return RefusedForNow(reason(status), gateway_down=status in BROKEN)
    return RefusedForGood(reason(status))
