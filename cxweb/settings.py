"""The process settings: a frozen dataclass read once from the CXWEB_* environment."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from dotenv import dotenv_values

# A Unix socket's path may hold about 100 bytes on every system we run on.
LONGEST_SOCKET_PATH = 100
# Those with http:// in clear are for the loopback interface only.
SMS_SCHEMES = ("https+json", "http+json", "twilio", "twilio+http", "smpp", "smpps")

NAMES = frozenset(
    {
        "CXWEB_DATABASE_URL",
        "CXWEB_DATA_DIR",
        "CXWEB_REDIS_URL",
        "CXWEB_SECRET_KEY",
        "CXWEB_OLD_SECRET_KEYS",
        "CXWEB_BASE_URL",
        "CXWEB_SMTP_URL",
        "CXWEB_MAIL_FROM",
        "CXWEB_SMS_URL",
        "CXWEB_PROXY_HOPS",
        "CXWEB_METRICS_TOKEN",
        "CXWEB_LOG",
        "CXWEB_DEMO",
        "CXWEB_LOOPBACK_WEBHOOKS",
        "CXWEB_OIDC_ISSUER",
        "CXWEB_OIDC_CLIENT_ID",
        "CXWEB_OIDC_CLIENT_SECRET",
        "CXWEB_OIDC_NAME",
        "CXWEB_OIDC_SECOND_STEP",
    }
)


class InvalidSetting(Exception):
    """A CXWEB_* variable is unknown or holds a value the product cannot use; the text names it."""


@dataclass(frozen=True)
class OidcSettings:
    """The OpenID provider at which the staff may sign in. `name` stands on the button."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    # Whether the provider answers for the second step too.
    second_step: bool = False


@dataclass(frozen=True)
class Settings:
    """What the operator set from outside; everything a company edits itself lives in the database."""

    data_dir: Path
    # What holds a password is left out where the settings are shown, as in a traceback.
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    redis_embedded: bool
    secret_key: str = field(repr=False)
    base_url: str
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    sms_url: str = field(default="", repr=False)
    proxy_hops: int = 0
    metrics_token: str = field(default="", repr=False)
    log: str = "text"
    demo: bool = False
    # For tests: webhooks and connectors may reach the loopback interface, and in clear.
    loopback_webhooks: bool = False
    # Those before the last rotation: what they signed is still believed, and nothing is signed with them.
    old_secret_keys: tuple[str, ...] = field(default=(), repr=False)
    oidc: OidcSettings | None = None
    # Every former key there is, also one that verifies nothing any more: a secret it sealed is still to be opened.
    opening_keys: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the CXWEB_* variables (by default the process's own, over a `.env` file).

        Raises InvalidSetting with one sentence that names the variable.
        """
        values = _with_env_file() if environ is None else dict(environ)
        unknown = sorted(name for name in values if name.startswith("CXWEB_") and name not in NAMES)
        if unknown:
            raise InvalidSetting(f"{unknown[0]} is not a setting of cxweb. Known ones: {', '.join(sorted(NAMES))}.")
        data_dir = Path(values.get("CXWEB_DATA_DIR") or "var").resolve()
        redis_url = values.get("CXWEB_REDIS_URL", "")
        base_url = _base_url(values.get("CXWEB_BASE_URL", ""), values.get("PORT", ""))
        keys = _secret_keys(values, data_dir)
        return cls(
            data_dir=data_dir,
            database_url=_database_url(values.get("CXWEB_DATABASE_URL", ""), data_dir),
            redis_url=_redis_url(redis_url) or _embedded_redis_url(data_dir),
            redis_embedded=not redis_url,
            secret_key=keys.newest,
            old_secret_keys=keys.verifying,
            opening_keys=keys.opening,
            base_url=base_url,
            smtp_url=_with_scheme("CXWEB_SMTP_URL", values, ("smtp", "smtps")),
            mail_from=values.get("CXWEB_MAIL_FROM", ""),
            sms_url=_with_scheme("CXWEB_SMS_URL", values, SMS_SCHEMES),
            proxy_hops=_proxy_hops(values.get("CXWEB_PROXY_HOPS", "0")),
            metrics_token=values.get("CXWEB_METRICS_TOKEN", ""),
            log=_one_of("CXWEB_LOG", values.get("CXWEB_LOG") or "text", ("json", "text")),
            demo=_one_of("CXWEB_DEMO", values.get("CXWEB_DEMO") or "0", ("0", "1")) == "1",
            loopback_webhooks=_loopback_webhooks(values.get("CXWEB_LOOPBACK_WEBHOOKS") or "0", base_url),
            oidc=_oidc(values),
        )

    @property
    def secure(self) -> bool:
        """Whether the site is reached over https, so that cookies may be bound to it."""
        return self.base_url.startswith("https://")


def _with_env_file() -> dict[str, str]:
    from_file = {name: value or "" for name, value in dotenv_values(".env").items()}
    return {**from_file, **os.environ}


def _database_url(url: str, data_dir: Path) -> str:
    if not url:
        return f"sqlite:///{data_dir / 'cxweb.sqlite3'}"
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise InvalidSetting("CXWEB_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://.")
    return url


def _redis_url(url: str) -> str:
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise InvalidSetting("CXWEB_REDIS_URL must start with redis://, rediss:// or unix://.")
    return url


def embedded_socket(data_dir: Path) -> Path:
    """Where the embedded Valkey listens: beside the data, or in the temporary folder where that path is too long."""
    socket = data_dir / "valkey.sock"
    if len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH:
        return socket
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"cxweb-{os.getuid()}-{name}" / "valkey.sock"


def _embedded_redis_url(data_dir: Path) -> str:
    return f"unix://{quote(str(embedded_socket(data_dir)))}"


class SecretKeys(NamedTuple):
    """The key that signs and seals, the former ones that still verify, and all that may have sealed something."""

    newest: str
    verifying: tuple[str, ...]
    opening: tuple[str, ...]


def _secret_keys(values: Mapping[str, str], data_dir: Path) -> SecretKeys:
    """The keys of the environment, else those of the file in the data folder."""
    given = values.get("CXWEB_SECRET_KEY", "")
    old = tuple(key.strip() for key in values.get("CXWEB_OLD_SECRET_KEYS", "").split(",") if key.strip())
    if given:
        return SecretKeys(given, old, (*old, *secret_keys_of(secret_key_file(data_dir)).all))
    stored = _stored_secret_keys(data_dir)
    return SecretKeys(stored.newest, (*old, *stored.verifying), (*old, *stored.former))


class StoredKeys(NamedTuple):
    """What a key file holds, the newest first, and which of the former ones still verify."""

    all: tuple[str, ...]
    verifying: tuple[str, ...]

    @property
    def newest(self) -> str:
        return self.all[0]

    @property
    def former(self) -> tuple[str, ...]:
        return self.all[1:]


def secret_keys_of(file: Path) -> StoredKeys:
    """The keys of a key file, none where there is no such file. A former key's line has its last instant behind it."""
    try:
        lines = file.read_text(encoding="ascii").split("\n")
    except OSError:
        return StoredKeys((), ())
    pairs = [line.strip().partition(" ") for line in lines if line.strip()]
    now = datetime.now(UTC).isoformat()
    # Instants in UTC, written the same way, compare as texts.
    return StoredKeys(tuple(key for key, _, _ in pairs), tuple(key for key, _, until in pairs[1:] if until > now))


def _stored_secret_keys(data_dir: Path) -> StoredKeys:
    """The keys of the file in the data folder, which is made at the first start."""
    file = secret_key_file(data_dir)
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        # O_EXCL: of two processes that start at once, one creates the key and the other reads it.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        keys = secret_keys_of(file)
        if keys.all:
            return keys
        raise InvalidSetting(f"The secret key file {file} is empty: delete it, or set CXWEB_SECRET_KEY.") from None
    except OSError as error:
        raise InvalidSetting(f"CXWEB_DATA_DIR: cannot write in {data_dir} ({error.strerror}).") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(32))
    return secret_keys_of(file)


def secret_key_file(data_dir: Path) -> Path:
    return data_dir / "secret_key"


def _base_url(url: str, port: str) -> str:
    url = (url or f"http://127.0.0.1:{port or '8000'}").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidSetting("CXWEB_BASE_URL must be an address such as https://suivi.example.com.")
    return url


def _with_scheme(name: str, values: Mapping[str, str], schemes: tuple[str, ...]) -> str:
    url = values.get(name, "")
    try:
        parts = urlsplit(url)
    except ValueError:
        # The error's own text would hold the address, and with it a password.
        raise InvalidSetting(f"{name} is no address: write odd characters of a password as %XX.") from None
    if url and (parts.scheme not in schemes or not parts.hostname):
        starts = " or ".join(f"{scheme}://" for scheme in schemes)
        raise InvalidSetting(f"{name} must start with {starts} and name a host.")
    return url


def _proxy_hops(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > 10:
        raise InvalidSetting("CXWEB_PROXY_HOPS must be a whole number from 0 to 10.")
    return int(text)


def _loopback_webhooks(text: str, base_url: str) -> bool:
    wanted = _one_of("CXWEB_LOOPBACK_WEBHOOKS", text, ("0", "1")) == "1"
    if wanted and urlsplit(base_url).scheme == "https":
        raise InvalidSetting("CXWEB_LOOPBACK_WEBHOOKS is for tests alone: no site on https takes it.")
    return wanted


def _oidc(values: Mapping[str, str]) -> OidcSettings | None:
    """The provider; None where no variable names one. Half of it is a mistake."""
    wanted = ("CXWEB_OIDC_ISSUER", "CXWEB_OIDC_CLIENT_ID", "CXWEB_OIDC_CLIENT_SECRET")
    issuer, client_id, client_secret = (values.get(name, "").strip() for name in wanted)
    missing = [name for name in wanted if not values.get(name, "").strip()]
    given = sorted(name for name, value in values.items() if name.startswith("CXWEB_OIDC_") and value.strip())
    if not given:
        return None
    if missing:
        raise InvalidSetting(f"{given[0]} is set without {', '.join(missing)}: a sign-in provider takes them all.")
    try:
        parts = urlsplit(issuer)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidSetting("CXWEB_OIDC_ISSUER is no address.") from None
    clear = parts.scheme == "http" and host in {"localhost", "127.0.0.1", "::1"}
    if not (host and (parts.scheme == "https" or clear)) or parts.query or parts.fragment or "@" in parts.netloc:
        raise InvalidSetting(
            "CXWEB_OIDC_ISSUER must be the provider's address, such as https://login.example.com/realm."
        )
    second = _one_of("CXWEB_OIDC_SECOND_STEP", values.get("CXWEB_OIDC_SECOND_STEP") or "0", ("0", "1")) == "1"
    return OidcSettings(issuer, client_id, client_secret, values.get("CXWEB_OIDC_NAME", "").strip() or host, second)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise InvalidSetting(f"{name} must be {' or '.join(allowed)}.")
    return value
