"""A mail server, which knows neither keys nor look-up: an answer that is lost stays in doubt."""

import asyncio
import logging
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller

from bench.chaos.ledger import DROP, REFUSE_FOR_GOOD, REFUSE_NOW, Ledger
from bench.chaos.programs import free_port


class SmtpGateway:
    """Listens on the loopback interface."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        # Connections that break are the point, and no news.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=port)
        self._controller.start()
        self.environment = {
            "CXWEB_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "CXWEB_MAIL_FROM": "no-reply@shop.example",
        }

    def stop(self) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        [recipient] = envelope.rcpt_tos
        answer = self.ledger.answer_to(recipient)
        text = _text(envelope.content)
        with self.ledger.holding(recipient, session.peer[1]):
            if answer.takes and answer.takes_first:
                self.ledger.take(recipient, text)
            try:
                await asyncio.sleep(answer.hold_s)
            except asyncio.CancelledError:
                # The caller has gone: the server hangs up too and takes nothing more.
                self.ledger.hung_up(recipient)
                raise
            if answer.takes and not answer.takes_first:
                self.ledger.take(recipient, text)
            self.ledger.note(recipient, answer.outcome)
        if answer.outcome == DROP:
            server.transport.abort()
        return {REFUSE_NOW: "451 later", REFUSE_FOR_GOOD: "550 no such user"}.get(answer.outcome, "250 ok")


def _text(content: bytes) -> str:
    body = message_from_bytes(content, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())
