"""The settings of a sign-in provider: all of them or none, and never in clear beyond this machine."""

from pathlib import Path

import pytest

from cxweb.settings import InvalidSetting, OidcSettings, Settings

WHOLE = {
    "CXWEB_OIDC_ISSUER": "https://login.example.com/realm",
    "CXWEB_OIDC_CLIENT_ID": "cxweb",
    "CXWEB_OIDC_CLIENT_SECRET": "s3cret",
}


def read(tmp_path: Path, **variables: str) -> OidcSettings | None:
    return Settings.from_env({"CXWEB_DATA_DIR": str(tmp_path), "CXWEB_SECRET_KEY": "k", **variables}).oidc


def test_unset_there_is_none(tmp_path: Path) -> None:
    assert read(tmp_path) is None
    assert read(tmp_path, CXWEB_OIDC_ISSUER="", CXWEB_OIDC_SECOND_STEP="") is None


def test_a_whole_one_is_known_by_its_name_or_host_and_shows_no_secret(tmp_path: Path) -> None:
    found = read(tmp_path, **WHOLE)
    assert found == OidcSettings("https://login.example.com/realm", "cxweb", "s3cret", "login.example.com", False)
    assert "s3cret" not in repr(found)
    named = read(tmp_path, **WHOLE, CXWEB_OIDC_NAME="Colibri", CXWEB_OIDC_SECOND_STEP="1")
    assert named is not None
    assert (named.name, named.second_step) == ("Colibri", True)


@pytest.mark.parametrize("missing", WHOLE)
def test_half_of_one_stops_the_start_and_is_named(tmp_path: Path, missing: str) -> None:
    half = {name: value for name, value in WHOLE.items() if name != missing}
    with pytest.raises(InvalidSetting, match=missing):
        read(tmp_path, **half)


@pytest.mark.parametrize("name", ["CXWEB_OIDC_NAME", "CXWEB_OIDC_SECOND_STEP"])
def test_what_stands_alone_stops_the_start_and_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidSetting, match=name):
        read(tmp_path, **{name: "1"})


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example.com",
        "login.example.com",
        "https://",
        "https://login.example.com?x=1",
        "https://login.example.com/#x",
        "https://user:pass@login.example.com",
        "https://[oops",
        "https://login.example.com:port",
        "ftp://login.example.com",
    ],
)
def test_an_issuer_in_clear_or_that_is_no_address_stops_the_start(tmp_path: Path, issuer: str) -> None:
    with pytest.raises(InvalidSetting, match="CXWEB_OIDC_ISSUER"):
        read(tmp_path, **{**WHOLE, "CXWEB_OIDC_ISSUER": issuer})


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:9000/realm", "http://localhost:9000", "http://[::1]:9000"])
def test_this_machines_own_may_be_in_clear(tmp_path: Path, issuer: str) -> None:
    assert read(tmp_path, **{**WHOLE, "CXWEB_OIDC_ISSUER": issuer}) is not None


def test_whether_it_answers_for_the_second_step_is_yes_or_no(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="CXWEB_OIDC_SECOND_STEP must be 0 or 1"):
        read(tmp_path, **WHOLE, CXWEB_OIDC_SECOND_STEP="yes")
