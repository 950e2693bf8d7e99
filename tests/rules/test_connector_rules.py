"""What connectors make of what other systems say: moves, instants, names; and of what none of them should say."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cxweb.integrations import onfleet, optimoroute
from cxweb.integrations.rules import NotUnderstood, instant_of, moves_to, ref_of, text_of, wall_of
from cxweb.orders.rules import REF

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("current", "wanted", "newer", "moves"),
    [
        ("planned", None, True, ()),
        ("planned", "planned", True, ()),
        ("planned", "completed", False, ("completed",)),
        ("on_the_way", "planned", True, ()),
        ("arrived", "on_the_way", True, ()),
        ("arrived", "failed", False, ("failed",)),
        ("completed", "on_the_way", True, ()),
        ("completed", "failed", True, ()),
        ("cancelled", "completed", True, ()),
        ("failed", "on_the_way", False, ()),
        ("failed", "completed", True, ("planned", "completed")),
        ("failed", "planned", True, ("planned",)),
    ],
)
def test_what_is_old_news_moves_nothing_and_a_second_try_goes_by_planned(
    current: str, wanted: str | None, newer: bool, moves: tuple[str, ...]
) -> None:
    assert tuple(moves_to(current, wanted, newer=newer)) == moves


@pytest.mark.parametrize("given", ["vjw*RDMKDljKVDve1Vtcplgu", "COwfwH~Zogm1LXIZYbPlLAyw", "driver 7/é", 12, "a" * 90])
def test_any_id_becomes_a_ref(given: object) -> None:
    assert REF.fullmatch(ref_of(given))


def test_two_ids_never_become_one_ref() -> None:
    assert len({ref_of(given) for given in ("a~b", "a*b", "a b", "a:7Eb", "a%b", "ab")}) == 6


@pytest.mark.parametrize(
    ("given", "text"),
    [("  Ann\nB ", "Ann B"), (12, "12"), (True, None), ({}, None), ("\x00\ud800", "?"), ("", None)],
)
def test_a_value_becomes_a_line_or_nothing(given: object, text: str | None) -> None:
    assert text_of({"a": given}, "a") == text


@pytest.mark.parametrize("given", ["1384345932", True, None, 1e300, float("nan"), -5, {}])
def test_what_is_no_instant_is_none(given: object) -> None:
    assert instant_of({"a": given}, "a") is None


def test_wall_times_are_of_the_zone() -> None:
    assert wall_of("2026-11-17", "08:30", PARIS) == datetime(2026, 11, 17, 7, 30, tzinfo=UTC)
    for day, clock in (("", ""), ("2026-11-17", "25:00"), ("17.11.2026", "08:30"), (None, None)):
        assert wall_of(day, clock, PARIS) is None


BODY = b'{"taskId":"x"}'
# Made with: printf '{"taskId":"x"}' | openssl dgst -sha512 -mac HMAC -macopt hexkey:000102…1f
SECRET = bytes(range(32)).hex()


def test_onfleets_signature_is_over_the_body_with_the_secret_in_hexadecimal() -> None:
    right = (
        "0458b0ad2c7ee42a9b204b2b5b5989542a8313560428fa759b2032ea58ba6f7a"
        "fffa099894d6c01e853d5fe81ac9565410162e5f0f42475b04116df1b4384534"
    )
    assert onfleet.signed(SECRET, BODY, right)
    for wrong in ("", right.upper(), right[:-1], "é"):
        assert not onfleet.signed(SECRET, BODY, wrong)


def task(**values: Any) -> dict[str, Any]:
    return {"data": {"task": {"shortId": "8f983639", **values}}}


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ({**task(), "triggerId": 0}, "on_the_way"),
        ({**task(), "triggerId": 1}, None),
        ({**task(), "triggerId": 2}, "arrived"),
        ({**task(completionDetails={"time": 1_779_730_000_000}), "triggerId": 3}, "completed"),
        ({**task(completionDetails={"failureReason": "OTHER"}), "triggerId": 4}, "failed"),
        ({**task(), "triggerId": 6}, None),
        ({**task(state=3, completionDetails={"success": True}), "triggerId": 7}, "completed"),
        ({**task(state=3, completionDetails={"success": False}), "triggerId": 7}, "failed"),
        ({**task(state=2, completionDetails={"success": False}), "triggerId": 7}, None),
        ({**task(), "triggerId": 8}, "cancelled"),
        ({**task(), "triggerId": "3"}, None),
    ],
)
def test_onfleets_triggers_and_states_say_where_an_order_is(event: dict[str, Any], status: str | None) -> None:
    found = onfleet.arrival(event, None)
    assert found is not None
    assert (found.ref, found.status) == ("8f983639", status)


@pytest.mark.parametrize("event", [{}, {"data": 1}, {"data": {"worker": {"id": "x"}}}, task(pickupTask=True)])
def test_what_is_no_customers_task_is_left_out(event: dict[str, Any]) -> None:
    assert onfleet.arrival(event, None) is None


def test_the_number_may_stand_in_the_metadata() -> None:
    named = task(metadata=[{"name": "x", "value": "1"}, {"name": "orderRef", "type": "string", "value": "A-17"}])
    found = onfleet.arrival(named, "orderRef")
    assert found is not None
    assert found.ref == "A-17"
    with pytest.raises(NotUnderstood, match="orderRef"):
        onfleet.arrival(task(), "orderRef")


@pytest.mark.parametrize("answer", [{}, {"success": False, "code": "AUTH_KEY_UNKNOWN"}, {"success": "yes"}])
def test_optimoroute_without_success_is_told_by_its_code(answer: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood, match=str(answer.get("code", "no success"))):
        list(optimoroute.pull(lambda *_: answer, date(2026, 11, 16), date(2026, 11, 17), PARIS))


def test_optimoroute_that_never_ends_is_left() -> None:
    endless = {"success": True, "orders": [], "after_tag": "again"}
    with pytest.raises(NotUnderstood, match="page after page"):
        list(optimoroute.pull(lambda *_: endless, date(2026, 11, 16), date(2026, 11, 17), PARIS))
