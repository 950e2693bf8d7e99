"""Before anything serves: the database at this version, an admin, and the demo."""

from flask import Flask

from cxweb import create_app
from cxweb.accounts.rules import Operator
from cxweb.actions.create_first_admin import create_first_admin
from cxweb.actions.load_demo import load_demo
from cxweb.commands.command import NoDatabase, bring_up_to_date
from cxweb.commands.password import new_password
from cxweb.demo.queries import link_to_try, may_load
from cxweb.launch.terminal import CannotStart, say
from cxweb.settings import Settings

FIRST_ADMIN = "admin@example.com"


def prepare(settings: Settings) -> str | None:
    """Make the database ready to serve; the token of a demo order to try. Raises CannotStart."""
    app = create_app(settings)
    with app.app_context():
        try:
            bring_up_to_date()
        except NoDatabase as error:
            raise CannotStart(str(error)) from error
        return _fill(app, settings)


def _fill(app: Flask, settings: Settings) -> str | None:
    password = new_password()
    if create_first_admin(FIRST_ADMIN, password, Operator()):
        # Said at once: whatever fails later, this password is stored nowhere and cannot be said again.
        say(f"Admin: {FIRST_ADMIN} {password}")
    if not settings.demo:
        return None
    if may_load():
        load_demo(Operator())
    return link_to_try()
