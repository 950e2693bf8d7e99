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
        ("ring 06 39 98 00 01 or +33 6.39.98.00.01", "ring *** or ***"),
        ("GET /sms?to=%2B33639980001 then zoe%40example.com", "GET /sms?to=*** then ***"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("key Qm9-cJ0uW1xYvTzRkL5sNbE7aHgPdFoIqM3nXyKtUw4 refused", "key *** refused"),
        (
            "at 2026-11-24 18:34:28.599 in 0.000123 s, order 100000452",
            "at 2026-11-24 18:34:28.599 in 0.000123 s, order 100000452",
        ),
        ("CheckViolation\nDETAIL:  Failing row contains (1, Zoé).", "CheckViolation\nDETAIL: ***"),
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


def test_what_somebody_wrote_cannot_pass_for_an_entry(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:]
    try:
        logs.configure("text")
        logs.begin_request("r-12345678")
        try:
            raise ValueError("odd\n2026-11-24 INFO cxweb: forged")
        except ValueError:
            logging.getLogger("cxweb.test").exception("no ref \n2026-11-24 INFO cxweb: forged")
        lines = capsys.readouterr().err.splitlines()
    finally:
        logs.request_id.set("")
        logging.getLogger().handlers[:] = before
    assert "cxweb.test [r-12345678]: no ref \\n2026-11-24" in lines[0]
    assert all(line.startswith("  ") for line in lines[1:])
    assert any("forged" in line for line in lines[1:])


@pytest.mark.parametrize("given", [None, "", "short", "with space in it", "x" * 65, "line\nbreak-12345"])
def test_an_odd_request_id_is_replaced(given: str | None) -> None:
    try:
        assert logs.begin_request(given) not in {given, ""}
        assert logs.begin_request("proxy-1.2_34567") == logs.request_id.get() == "proxy-1.2_34567"
    finally:
        logs.request_id.set("")
