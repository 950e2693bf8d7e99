"""What is done to somebody's account: a new address by mail, the second step taken away, closed and opened again."""

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from cxweb.accounts.queries import person_of
from cxweb.actions.clear_second_step import clear_second_step
from cxweb.actions.disable_user import disable_user
from cxweb.actions.enable_user import enable_user
from cxweb.actions.end_user_sessions import end_user_sessions
from cxweb.actions.forget_provider import forget_provider
from cxweb.actions.mail_link import mail_link
from cxweb.core.i18n import gettext
from cxweb.web.admin.users import HERE, link_made
from cxweb.web.session import me


def mail(user_id: int) -> ResponseReturnValue:
    return link_made(mail_link(user_id, me()), person_of(user_id, me().perimeter).name)


def remove_second_step(user_id: int) -> ResponseReturnValue:
    done = gettext("The second step is taken away. Setting it up anew is up to the person.")
    return _back(clear_second_step(user_id, me()), done)


def forget_link(user_id: int) -> ResponseReturnValue:
    forget_provider(user_id, me())
    return _back(True, gettext("The link is cut. The next person with this verified address is linked anew."))


def sign_out(user_id: int) -> ResponseReturnValue:
    end_user_sessions(user_id, me())
    return _back(True, gettext("Nobody is signed in with this account any more."))


def disable(user_id: int) -> ResponseReturnValue:
    return _back(
        disable_user(user_id, me()), gettext("The account is closed, and nobody is signed in with it any more.")
    )


def enable(user_id: int) -> ResponseReturnValue:
    enable_user(user_id, me())
    return _back(True, gettext("The account is open again."))


def _back(done: bool, text: str) -> ResponseReturnValue:
    own = gettext("This is your own account: another admin has to do that.")
    flash(text if done else own, "done" if done else "error")
    return redirect(HERE, 303)
