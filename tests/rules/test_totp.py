"""Six digits: those of RFC 6238, a step early or late, and none twice."""

from datetime import UTC, datetime, timedelta

import pytest

from cxweb.core.tokens import sealed, unsealed
from cxweb.core.totp import STEP_S, address, new_secret, step_of

# RFC 6238, appendix B: the secret "12345678901234567890", the last six of its eight digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]


def at(second: float) -> datetime:
    return datetime.fromtimestamp(second, UTC)


@pytest.mark.parametrize(("second", "code"), VECTORS)
def test_the_codes_are_those_of_the_standard(second: int, code: str) -> None:
    assert step_of(SECRET, code, at(second), None) == second // STEP_S


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(steps: int, taken: bool) -> None:
    now = at(1234567890) + timedelta(seconds=steps * STEP_S)
    assert (step_of(SECRET, "005924", now, None) is not None) == taken


def test_no_code_is_taken_twice_nor_one_before_it() -> None:
    step = step_of(SECRET, "005924", at(1234567890), None)
    assert step is not None
    assert step_of(SECRET, "005924", at(1234567890), step) is None
    assert step_of(SECRET, "005924", at(1234567890), step + 1) is None
    assert step_of(SECRET, "005924", at(1234567890), step - 1) == step


@pytest.mark.parametrize("odd", ["", "5924", "0005924", "००५९२४", "abcdef", "00592４", " 05924"])
def test_anything_else_is_no_code(odd: str) -> None:
    assert step_of(SECRET, odd, at(1234567890), None) is None


def test_a_secret_is_random_and_its_address_names_company_and_person() -> None:
    secret = new_secret()
    assert secret != new_secret()
    assert len(secret) == 32
    assert address(secret, "a@b.c", "Maison Colibri").startswith("otpauth://totp/Maison%20Colibri:a%40b.c?secret=")


def test_a_sealed_nonce_opens_with_its_own_key_alone() -> None:
    text = sealed("key", "nonce")
    assert unsealed("key", text) == "nonce"
    for wrong in (sealed("other key", "nonce"), text[:-1], f"{text}0", "nonce", "", ".", "é.é", "nonce2" + text[5:]):
        assert unsealed("key", wrong) is None, wrong
