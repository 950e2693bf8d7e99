"""The key that signs is made once, readable by nobody else, and replaced without signing anybody out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cxweb.core import key_file
from cxweb.settings import Settings, secret_key_file


def settings(folder: Path, **variables: str) -> Settings:
    return Settings.from_env({"CXWEB_DATA_DIR": str(folder), **variables})


def test_the_key_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = settings(folder)
    assert (len(first.secret_key), settings(folder).secret_key) == (43, first.secret_key)
    assert secret_key_file(folder).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert first.secret_key not in repr(first)


def test_a_replaced_key_verifies_until_its_instant_and_signs_nothing(tmp_path: Path) -> None:
    first, now = settings(tmp_path), datetime.now(UTC)
    file = secret_key_file(tmp_path)
    key_file.rotate(file, now, now + timedelta(days=7))
    second = settings(tmp_path)
    assert second.secret_key != first.secret_key
    assert second.old_secret_keys == (first.secret_key,)
    key_file.rotate(file, now, now - timedelta(seconds=1))
    third = settings(tmp_path)
    # The second is over already, the first is not.
    assert third.old_secret_keys == (first.secret_key,)
    assert file.stat().st_mode & 0o777 == 0o600
    assert "secret" not in repr(third).replace("secret_key", "")


def test_keys_of_the_environment_are_the_operators_own(tmp_path: Path) -> None:
    found = settings(tmp_path, CXWEB_SECRET_KEY="new", CXWEB_OLD_SECRET_KEYS="older, oldest,")
    assert (found.secret_key, found.old_secret_keys) == ("new", ("older", "oldest"))
    assert not secret_key_file(tmp_path).exists()
