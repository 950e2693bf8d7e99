"""The staff's sessions: the browser holds a signed cookie, the server's row decides what it is worth."""

from flask import Flask

from cxweb.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SESSION_COOKIE_NAME="__Host-cxweb" if settings.secure else "cxweb",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
