"""The staff's sessions: the browser holds a signed cookie, the server's row decides what it is worth."""

from datetime import timedelta

from flask import Flask, Request, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from itsdangerous import BadSignature

from cxweb.accounts.queries import awaits_code, signed_in_by
from cxweb.accounts.rules import COARSE, Staff
from cxweb.actions.touch_session import touch_session
from cxweb.company.queries import settings as company_settings
from cxweb.core import clock
from cxweb.settings import Settings

# The only addresses that open a session: no customer's page ever reads or sets a cookie.
STAFF_PATHS = ("/admin", "/login", "/logout", "/password")
TOKEN = "token"  # noqa: S105 - the name of a field, not a secret
# The session that the password has earned, until the code of the second step is entered.
WAITING = "waiting"
# What a device or provider has to repeat in its answer, and where to go after it.
CHALLENGE, TARGET = "challenge", "target"

csrf = CSRFProtect()


class StaffSessions(SecureCookieSessionInterface):
    """Flask's signed cookie on staff addresses; a session that holds nothing everywhere else."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if is_staff_path(request.path):
            return super().open_session(app, request)
        return self.make_null_session(app)


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SESSION_COOKIE_NAME="__Host-cxweb" if settings.secure else "cxweb",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        # A page left open over lunch must still be able to save.
        WTF_CSRF_TIME_LIMIT=None,
        # The referrer policy is no-referrer, so there is none to compare; the token is what decides.
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    if settings.old_secret_keys:
        # What was signed before the last rotation is believed until those keys are over; the last of a list signs.
        app.config["SECRET_KEY_FALLBACKS"] = list(settings.old_secret_keys)
        app.config["WTF_CSRF_SECRET_KEY"] = [*settings.old_secret_keys, settings.secret_key]
    app.session_interface = StaffSessions()
    csrf.init_app(app)


def is_staff_path(path: str) -> bool:
    return any(path == staff or path.startswith(f"{staff}/") for staff in STAFF_PATHS)


def protect() -> None:
    """Every staff form needs its token; links and API keys are their own secret and never ride on a cookie."""
    csrf.protect()


def staff() -> Staff | None:
    """Who is signed in with this request; None for nobody, a row that is gone, expired, or of a disabled user."""
    if "staff" not in g:
        token = session.get(TOKEN)
        g.staff = signed_in_by(token, clock.now(), idle()) if isinstance(token, str) else None
    found: Staff | None = g.staff
    return found


def idle() -> timedelta:
    """How long a session that nobody uses goes on."""
    return timedelta(minutes=company_settings().sessions_idle_minutes)


def used(person: Staff) -> None:
    """Note that the person did something; what a page asks for by itself does not count."""
    if person.seen_at is not None and person.seen_at <= clock.now() - COARSE:
        touch_session(token_of())


def token_of() -> str:
    """The token of the session at hand, empty without one."""
    token = session.get(TOKEN)
    return token if isinstance(token, str) else ""


def comes_with_staff() -> bool:
    """Whether the browser that sends this also holds a session of the staff; on pages that open none. Sets nothing."""
    cookie = request.cookies.get(current_app.config["SESSION_COOKIE_NAME"])
    serializer = StaffSessions().get_signing_serializer(current_app)
    if not cookie or serializer is None:
        return False
    try:
        token = serializer.loads(cookie, max_age=int(current_app.permanent_session_lifetime.total_seconds())).get(TOKEN)
    except (BadSignature, AttributeError):
        return False
    return isinstance(token, str) and signed_in_by(token, clock.now(), idle()) is not None


def me() -> Staff:
    """The signed-in person; only for views that the URL table guards."""
    found = staff()
    if found is None:
        raise LookupError("nobody is signed in")
    return found


def begin(token: str) -> None:
    """Start the session of a person who has just signed in; nothing of the one before survives."""
    session.clear()
    session[TOKEN] = token
    g.pop("staff", None)
    g.pop("csrf_token", None)


def wait_for_code(token: str) -> None:
    """Keep the session that still awaits its code; nothing of the one before survives."""
    session.clear()
    session[WAITING] = token
    g.pop("staff", None)
    g.pop("csrf_token", None)


def waiting() -> str | None:
    """The token of a session whose code is waited for, None where there is none any more."""
    token = session.get(WAITING)
    return token if isinstance(token, str) and awaits_code(token, clock.now()) else None


def keep_challenge(challenge: str, target: str = "") -> None:
    """Remember in this browser what its device or a provider has to repeat, and where to go afterwards."""
    session[CHALLENGE] = challenge
    if target:
        session[TARGET] = target


def target() -> str:
    """Where to go after the provider; asked once."""
    target = session.pop(TARGET, "")
    return target if isinstance(target, str) else ""


def take_challenge() -> str:
    """What has to be repeated, asked once; empty where nothing was given."""
    challenge = session.pop(CHALLENGE, "")
    return challenge if isinstance(challenge, str) else ""


def end() -> str | None:
    """Empty the cookie and give back the token it held."""
    token = session.get(TOKEN)
    session.clear()
    g.pop("staff", None)
    return token if isinstance(token, str) else None
