"""What an SMS weighs: its alphabet, its segments, what forces the short ones, and what it costs."""

from decimal import Decimal

import pytest

from cxweb.core.senders.gsm import ALPHABET, EXTENSION
from cxweb.core.sms import Segments, cost, plain, replacement, segments


@pytest.mark.parametrize(
    ("text", "count", "left"),
    [
        ("", 0, 160),
        ("a", 1, 159),
        ("a" * 160, 1, 0),
        ("a" * 161, 2, 145),
        ("a" * 306, 2, 0),
        ("a" * 307, 3, 152),
        ("éèàùìòÇ" * 20, 1, 20),
        # Those of the extension table take two septets each.
        ("€" * 80, 1, 0),
        ("€" * 80 + "a", 2, 144),
        # The pair at the border is not cut: it begins the next segment, and one septet stays empty.
        ("a" * 152 + "€" + "a" * 100, 2, 51),
        ("[" * 76 + "a" * 154, 2, 0),
    ],
)
def test_the_7_bit_alphabet_holds_160_or_153(text: str, count: int, left: int) -> None:
    weighed = segments(text)
    assert (weighed.count, weighed.left, weighed.forcing) == (count, left, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ç", Segments(1, 70, 69, ("ç",))),
        ("ç" * 70, Segments(1, 70, 0, ("ç",))),
        ("ç" * 71, Segments(2, 67, 63, ("ç",))),
        ("ê" + "a" * 133, Segments(2, 67, 0, ("ê",))),
        ("ê" + "a" * 134, Segments(3, 67, 66, ("ê",))),
        ("fête à Orléans, ça va", Segments(1, 70, 49, ("ê", "ç"))),
        # An emoji is two units, and the border between two segments never runs through it.
        ("🎉" * 35, Segments(1, 70, 0, ("🎉",))),
        ("🎉" * 36, Segments(2, 67, 61, ("🎉",))),
        ("a" * 66 + "🎉" + "a" * 10, Segments(2, 67, 55, ("🎉",))),
        ("€ê", Segments(1, 70, 68, ("ê",))),
        ("مرحبا", Segments(1, 70, 65, ("م", "ر", "ح", "ب", "ا"))),
    ],
)
def test_any_other_character_leaves_70_or_67(text: str, expected: Segments) -> None:
    assert segments(text) == expected


@pytest.mark.parametrize(
    ("char", "instead"),
    [
        *[("ç", "c"), ("ê", "e"), ("â", "a"), ("î", "i"), ("ô", "o"), ("û", "u"), ("ë", "e"), ("ï", "i")],
        *[("œ", "oe"), ("Œ", "OE"), ("À", "A"), ("È", "E"), ("Ê", "E"), ("ł", "l"), ("°", "o"), ("™", "TM"), ("½", "")],
        *[("🎉", ""), ("م", ""), ("\u200d", "")],
    ],
)
def test_each_dear_character_has_a_plain_one_or_is_left_out(char: str, instead: str) -> None:
    assert segments(char).each == 70
    assert replacement(char) == instead
    assert segments(instead).each == 160


def test_the_alphabet_is_that_of_gsm() -> None:
    assert len(set(ALPHABET)) == 128
    assert len(EXTENSION) == 10
    assert segments("éèàùìòÇÉ€").each == 160
    assert [char for char in "çêâôîë’…" if segments(char).each != 70] == []


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("s’est-il « passé » ?", 's\'est-il " passé " ?'),
        ("Maison\N{NO-BREAK SPACE}: 12\N{NARROW NO-BREAK SPACE}h…", "Maison : 12 h..."),
        ("deux\r\nlignes\x00\u2028et\u202eplus", "deux lignes et plus"),
        ("–—“”", '--""'),
        ("  ça reste  ", "ça reste"),
    ],
)
def test_typography_is_written_plainly_on_one_line(text: str, sent: str) -> None:
    assert plain(text) == sent


@pytest.mark.parametrize(
    ("count", "price", "expected"),
    [(2, "0.045", Decimal("0.090")), (1, "0", Decimal(0)), (3, "", None)],
)
def test_the_cost_is_the_segments_and_nothing_without_a_price(count: int, price: str, expected: Decimal | None) -> None:
    assert cost(count, price) == expected
