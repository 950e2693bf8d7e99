"""Writes a mapping as the TOML text that parse_mapping reads."""

import json
import re
from collections.abc import Mapping
from typing import Any

BARE = re.compile(r"[A-Za-z0-9_-]+")


def mapping_text(raw: Mapping[str, Any]) -> str:
    """The keys with their values, then the tables; nothing that is empty."""
    plain = [f"{_key(name)} = {_value(value)}" for name, value in raw.items() if not isinstance(value, dict) and value]
    tables = [
        "\n".join(["", f"[{_key(name)}]", *(f"{_key(key)} = {_value(item)}" for key, item in table.items())])
        for name, table in raw.items()
        if isinstance(table, dict) and table
    ]
    return "\n".join([*plain, *tables]) + "\n"


def _key(text: str) -> str:
    return text if BARE.fullmatch(text) else _value(text)


def _value(value: str | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    # JSON's way of writing a text is TOML's too, but for the one control character that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
