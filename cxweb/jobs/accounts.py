"""The mails with which the staff come to their accounts."""

from cxweb.accounts.queries import account_mails_due, password_requests
from cxweb.actions.answer_password_request import answer_password_request
from cxweb.actions.send_account_mail import send_account_mail
from cxweb.core import clock
from cxweb.core.batch import each


def mail() -> None:
    each(answer_password_request, password_requests())
    each(send_account_mail, account_mails_due(clock.now()))
