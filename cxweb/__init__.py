"""cxweb: customer feedback after each delivery, run by the company itself."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from cxweb.settings import Settings

ROOT = Path(__file__).parent.parent


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """Loading makes much that stays: to look through it for garbage again and again only takes time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@_collecting_nothing()
def create_app(settings: "Settings | None" = None) -> "Flask":
    """The application for these settings, by default those of the environment. Raises InvalidSetting."""
    from flask import Flask  # noqa: PLC0415 - importing the package itself stays free of side effects

    from cxweb import cli, web  # noqa: PLC0415
    from cxweb.core import db, queue  # noqa: PLC0415
    from cxweb.core.senders import gateways  # noqa: PLC0415
    from cxweb.settings import Settings  # noqa: PLC0415
    from cxweb.web import templating  # noqa: PLC0415

    settings = settings or Settings.from_env()
    gateways.check(settings)
    app = Flask("cxweb", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.jinja_environment = templating.SpokenEnvironment
    app.config.update(SECRET_KEY=settings.secret_key, CXWEB=settings)
    db.init_app(app, settings.database_url)
    queue.init_app(app, settings.redis_url)
    web.init_app(app, settings)
    cli.init_app(app)
    return app
