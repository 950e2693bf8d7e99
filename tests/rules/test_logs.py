"""Logs hold no link, address or number, and one entry is one line."""

import json
import logging

import pytest

from cxweb.core import logs


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /t/oxhgRtHCUN_jb1rexAkSYQ 500", "GET /t/*** 500"),
        ("POST /password/x7pGj3_kQw.79bcfc8433d741f4 500", "POST /password/*** 500"),
        ("to zoe.martin@example.com refused", "to *** refused"),
        ("<zoe@example.com>", "<***>"),
        ("sms to +33639980001", "sms to ***"),
        ("order A-1 moved", "order A-1 moved"),
        ("a\x1b[31mb\rc", "a\ufffd[31mb\ufffdc"),
    ],
)
def test_secrets_and_control_characters_are_masked(text: str, shown: str) -> None:
    assert logs.masked(text) == shown


def test_json_logs_are_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:]
    try:
        logs.configure("json")
        try:
            raise ValueError("to zoe@example.com")
        except ValueError:
            logging.getLogger("cxweb.test").exception("failed for /t/oxhgRtHCUN_jb1rexAkSYQ")
        line = capsys.readouterr().err.splitlines()
    finally:
        logging.getLogger().handlers[:] = before
    assert len(line) == 1
    entry = json.loads(line[0])
    assert entry["message"] == "failed for /t/***"
    assert "zoe" not in entry["traceback"]
