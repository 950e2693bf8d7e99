"""What the processes log: lines of text for people, or one JSON object a line for machines."""

import json
import logging
import re
from datetime import UTC, datetime

# A tracking link is a secret; so are mail addresses, phone numbers and the keys in a gateway's address.
_SECRETS = re.compile(
    r"(?<=/[tu]/)[A-Za-z0-9_-]{22}|(?<=/password/)[A-Za-z0-9_.-]+|(?<=[?&]key=)[^\s&'\"<>]+|(?<=hook_key=)[^\s&'\"<>]+|"
    r"[^\s@<>'\"]+@[^\s@<>'\"]+|\+\d{7,15}"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def masked(text: str) -> str:
    """The text without links, addresses, numbers and control characters."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _SECRETS.sub("***", text))


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
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
