"""The alphabets of SMS, and what a customer's reply asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxweb.core.senders.gsm import ALPHABET, EXTENSION, decoded, encoded
from cxweb.core.senders.receipts import wish

SEVEN_BIT = "".join(sorted(set(ALPHABET) - {"\x1b"} | set(EXTENSION)))


def test_the_alphabet_has_the_codes_of_gsm_03_38() -> None:
    known = {
        "@": 0x00,
        "é": 0x05,
        "\n": 0x0A,
        "Δ": 0x10,
        " ": 0x20,
        "A": 0x41,
        "§": 0x5F,
        "¿": 0x60,
        "a": 0x61,
        "à": 0x7F,
    }
    assert {character: encoded(character).octets[0] for character in known} == known
    assert encoded("€{").octets == b"\x1b\x65\x1b\x28"
    assert len(SEVEN_BIT) == 127 + 10


@pytest.mark.parametrize("character", ["ç", "ê", "`", "’", "\x1b", "🎉", "\t"])
def test_what_the_alphabet_lacks_takes_ucs_2(character: str) -> None:
    assert encoded(f"a{character}").coding == 8


@pytest.mark.parametrize(
    ("text", "fits"),
    [("a" * 160, True), ("a" * 161, False), ("€" * 80, True), ("€" * 81, False), ("ê" * 70, True), ("ê" * 71, False)],
)
def test_one_sms_holds_160_characters_or_70(text: str, fits: bool) -> None:
    assert encoded(text).fits_one == fits


@given(st.text(st.sampled_from(SEVEN_BIT), min_size=1, max_size=400))
def test_seven_bit_texts_come_back_whole_and_their_parts_join(text: str) -> None:
    found = encoded(text)
    assert (found.coding, decoded(found.octets, 0)) == (0, text)
    parts = list(found.parts())
    assert "".join(decoded(part, 0) for part in parts) == text
    assert all(0 < len(part) <= 153 for part in parts)


@given(st.text(min_size=1, max_size=200))
def test_any_text_is_encoded_and_cut_between_characters(text: str) -> None:
    found = encoded(text)
    parts = list(found.parts())
    assert b"".join(parts) == found.octets
    if found.coding == 8:
        shown = "".join("?" if 0xD800 <= ord(character) < 0xE000 else character for character in text)
        assert "".join(part.decode("utf-16-be") for part in parts) == shown


@given(st.binary(max_size=200), st.integers(0, 255))
def test_whatever_a_gateway_hands_over_is_read(octets: bytes, coding: int) -> None:
    wish(decoded(octets, coding))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("STOP", "stop"),
        (" stop. ", "stop"),
        ("Stop SVP merci", "stop"),
        ("STOP au 36111", "stop"),
        ("StopAll", "stop"),
        ("ARRET", "stop"),
        ("arrêt", "stop"),
        ("Arrêter", "stop"),
        ("Désinscription", "stop"),
        ("Désabonnement", "stop"),
        ("unsubscribe me", "stop"),
        ("CANCEL", "stop"),
        ("End", "stop"),
        ("ＳＴＯＰ", "stop"),
        ("Start", "start"),
        ("UNSTOP", "start"),
        ("Reprendre", "start"),
        ("Cancel my order please", None),
        ("end of the street, thanks", None),
        ("Merci, ne vous arrêtez pas", None),
        ("Non-stop", None),
        ("stopover", None),
        ("5", None),
        ("", None),
    ],
)
def test_a_reply_asks_for_no_more_messages_for_some_again_or_for_nothing(text: str, asked: str | None) -> None:
    assert wish(text) == asked
