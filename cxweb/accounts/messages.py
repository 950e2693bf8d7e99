"""The words of the mails with which a person comes to an account: the invitation, and the way to a new password."""

from flask import render_template

from cxweb.accounts.models import AccountLink
from cxweb.company.rules import CompanySettings
from cxweb.core.i18n import known, language, moment, speaking
from cxweb.core.senders.protocol import Message, one_line


def account_mail(link: AccountLink, address: str, company: CompanySettings) -> Message:
    """The mail that brings the address, in the reader's language, else the company's."""
    with speaking(known(link.user.language) or company.company_language):
        folder = f"messages/account_{link.kind}"
        values = {
            "name": one_line(link.user.name),
            "company": company.shown_name,
            "link": address,
            "until": moment(link.expires_at, company.zone),
        }
        return Message(
            ref=f"account-link:{link.id}",
            channel="email",
            recipient=link.user.email,
            from_name=company.shown_name,
            subject=one_line(render_template(f"{folder}/subject.txt", **values)),
            text=render_template(f"{folder}/body.txt", **values).strip() + "\n",
            html=None,
            language=language(),
        )
