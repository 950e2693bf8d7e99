"""The texts of messages: tags in every spelling, and what is refused where."""

import pytest

from cxweb.wordings.rules import (
    COMPLETED,
    INVITATION,
    LONGEST,
    NOTICE,
    InvalidWording,
    MessageText,
    Problem,
    checked,
    name_in,
    normal,
    tag_of,
    text_kind,
    written,
)


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        *[
            ("company", "company"),
            ("Entreprise", "company"),
            ("Nom de l’entreprise", "company"),
            ("COMPANY", "company"),
        ],
        *[("order", "order"), ("commande", "order"), ("driver", "driver"), ("Chauffeur", "driver"), ("date", "date")],
        *[("link", "link"), ("lien", "link"), ("opt-out", "opt-out"), ("Opt out", "opt-out"), ("optout", "opt-out")],
        *[("désinscription", "opt-out"), ("Desinscription", "opt-out"), ("prénom", None), ("", None), ("links", None)],
    ],
)
def test_a_tag_is_known_by_every_spelling(name: str, tag: str | None) -> None:
    assert tag_of(name) == tag


def test_both_languages_are_stored_in_one_form_and_shown_in_the_editors_own() -> None:
    mixed = MessageText("[Commande]", "[Company] [chauffeur]\r\n\r\n\r\n\r\n[lien]  \r\n[Désinscription]\r\n")
    stored = MessageText("[order]", "[company] [driver]\n\n[link]\n[opt-out]")
    assert checked(mixed, "email") == stored
    assert written(stored.body, "fr") == "[entreprise] [chauffeur]\n\n[lien]\n[désinscription]"
    assert written(stored.body, "en") == stored.body
    assert name_in("link", "de") == "link"
    assert checked(MessageText("", written(stored.body, "fr")), "sms").body == "[company] [driver] [link] [opt-out]"


def test_a_text_keeps_its_own_spaces_that_do_not_break() -> None:
    assert checked(MessageText("Alors\N{NO-BREAK SPACE}?", "Oui\N{NO-BREAK SPACE}: [link]"), "email") == MessageText(
        "Alors\N{NO-BREAK SPACE}?", "Oui\N{NO-BREAK SPACE}: [link]"
    )


@pytest.mark.parametrize(
    ("channel", "subject", "body", "problems"),
    [
        ("email", "", "[link]", [Problem("subject", "empty")]),
        ("email", "S", "  \r\n ", [Problem("body", "empty")]),
        ("email", "S", "Hello", [Problem("body", "no_link")]),
        ("sms", "", "Hello [order]", [Problem("body", "no_link")]),
        ("email", "S", "Hello\r\n[first name] [link]", [Problem("body", "unknown", "[first name]", 2, 1)]),
        ("sms", "", "Hi [prénom] [link]", [Problem("body", "unknown", "[prénom]", 1, 4)]),
        ("email", "Order [ordre]", "[link]", [Problem("subject", "unknown", "[ordre]", 1, 7)]),
        ("email", "See [lien]", "[link]", [Problem("subject", "not_here", "[lien]", 1, 5)]),
        ("email", "S", "a\nb [link", [Problem("body", "unclosed", "[link", 2, 3), Problem("body", "no_link")]),
        ("sms", "", "[] [link]", [Problem("body", "unclosed", "[]", 1, 1)]),
        ("email", "S\r\nBcc: a@b", "[link]", [Problem("subject", "unshown", "U+000D", 1, 2)]),
        ("email", "S", "a\x00[link]", [Problem("body", "unshown", "U+0000", 1, 2)]),
        ("email", "S", "a\n\u202eb [link]", [Problem("body", "unshown", "U+202E", 2, 1)]),
        ("email", "S", "\ue000link\ue001 [link]", [Problem("body", "unshown", "U+E000", 1, 1),
                                                   Problem("body", "unshown", "U+E001", 1, 6)]),
        ("email", "x" * 151, "[link]", [Problem("subject", "too_long", "150")]),
        ("sms", "", "x" * 460 + "[link]", [Problem("body", "too_long", "459")]),
        ("email", "S", "x" * 2001 + "[link]", [Problem("body", "too_long", "2000")]),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused_with_its_place(
    channel: str, subject: str, body: str, problems: list[Problem]
) -> None:
    with pytest.raises(InvalidWording) as refused:
        checked(MessageText(subject, body), channel)
    assert refused.value.problems == problems


def test_emoji_with_joints_and_right_to_left_letters_may_be_written() -> None:
    text = MessageText("👩‍🚀 شكرا", "👩‍🚀 مرحبا [link]")
    assert checked(text, "email") == text


def test_the_length_counts_however_a_tag_is_spelled() -> None:
    typed = "x" * 444 + "[désinscription][lien]"
    assert len(typed) > LONGEST["sms"]
    assert len(checked(MessageText("", typed), "sms").body) == LONGEST["sms"]


def test_an_sms_has_no_subject() -> None:
    assert normal(MessageText("Subject", "a\nb"), "sms") == MessageText("", "a b")


@pytest.mark.parametrize(
    ("kind", "invites", "text"),
    [(COMPLETED, True, COMPLETED), (COMPLETED, False, NOTICE), (INVITATION, True, INVITATION)],
)
def test_a_completion_that_asks_nothing_has_its_own_text(kind: str, invites: bool, text: str) -> None:
    assert text_kind(kind, invites) == text
