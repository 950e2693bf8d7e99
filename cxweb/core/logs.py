"""What the processes log: lines of text for people, or one JSON object a line for machines."""

import json
import logging
import re
import secrets
from contextvars import ContextVar
from datetime import UTC, datetime
from itertools import count
from typing import Any

# A tracking link is a secret; so are mail addresses, phone numbers, keys in a gateway's address, and what a database
# quotes of the row that it refused.
_SECRETS = re.compile(
    r"(?<=/[tu]/)[A-Za-z0-9_-]{22}"
    r"|(?<=/password/)[A-Za-z0-9_.-]+"
    r"|(?<=/wall/)[A-Za-z0-9_-]{20,}"
    r"|(?<=[?&]key=)[^\s&'\"<>]+|(?<=hook_key=)[^\s&'\"<>]+|(?<=Bearer )[^\s'\"<>]+"
    r"|(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"
    r"|[^\s@<>'\"]+(?:@|%40)[^\s@<>'\"]+"
    r"|(?:\+|%2B|\b00)\d(?:[ .()-]?\d){6,14}|\b0[1-9](?:[ .-]?\d{2}){4}\b"
    r"|(?<=DETAIL: ).*|(?<=CONTEXT: ).*|(?<=\[SQL: ).*"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

# Of this process; a number counts on behind it, since asking the system for each request's chance costs more.
_PROCESS, _numbers = secrets.token_hex(4), count(1)
request_id: ContextVar[str] = ContextVar("request_id", default="")


def begin_request(given: str | None) -> str:
    """The id under which everything of this request is logged: the one a trusted proxy gave, else a new one."""
    id_ = given if given and _ID.fullmatch(given) else f"{_PROCESS}{next(_numbers):08x}"
    request_id.set(id_)
    return id_


def masked(text: str) -> str:
    """The text without links, addresses, numbers and control characters."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _SECRETS.sub("***", text))


class _Text(logging.Formatter):
    """A line an entry. What belongs to it, as a traceback does, is indented, so that nothing passes for an entry."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = record.message.replace("\n", "\\n")
        id_ = request_id.get()
        record.name = f"{record.name} [{id_}]" if id_ else record.name
        return super().formatMessage(record)

    def formatException(self, info: Any) -> str:
        return "  " + super().formatException(info).replace("\n", "\n  ")

    def format(self, record: logging.LogRecord) -> str:
        # A copy: what is written into it is for this line alone.
        return masked(super().format(logging.makeLogRecord(vars(record))))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if id_ := request_id.get():
            entry["request"] = id_
        if record.exc_info:
            entry["traceback"] = masked(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def configure(style: str) -> None:
    """Log to the standard error stream in the style of CXWEB_LOG: `text` or `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if style == "json" else _Text("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Its steps are no news to whoever runs a command.
    logging.getLogger("alembic").setLevel(logging.WARNING)
