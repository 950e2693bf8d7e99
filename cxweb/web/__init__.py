"""Everything that speaks HTTP: public pages, staff pages, and the API for other programs."""

from flask import Flask

from cxweb.settings import Settings
from cxweb.web import admin, api, errors, filters, headers, idle_polls, public, session, static_files
from cxweb.web.public import kept_pages, limits


def init_app(app: Flask, settings: Settings) -> None:
    session.init_app(app, settings)
    kept_pages.init_app(app)
    idle_polls.init_app(app)
    headers.init_app(app, settings)
    errors.init_app(app)
    filters.init_app(app)
    static_files.init_app(app)
    limits.init_app(app, settings)
    for blueprint in (public.blueprint, admin.blueprint, api.blueprint):
        app.register_blueprint(blueprint)
