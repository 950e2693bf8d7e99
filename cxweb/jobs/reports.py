"""The jobs that send saved reports, and the news that a file is ready."""

from cxweb.actions.queue_report_mails import queue_report_mails
from cxweb.actions.send_staff_mail import send_staff_mail
from cxweb.core import clock
from cxweb.core.batch import each
from cxweb.reports.queries import due_mails


def queue() -> None:
    queue_report_mails()


def send() -> None:
    each(send_staff_mail, due_mails(clock.now()))
