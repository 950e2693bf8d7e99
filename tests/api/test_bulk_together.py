"""Several programs bring the same orders in at the same time: each is answered, and each order is there once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.accounts.rules import Operator
from cxweb.actions.save_order import save_order
from cxweb.actions.save_orders import save_orders
from cxweb.core.db import close_own_connection, session
from cxweb.intake.rules import OrderFields
from cxweb.orders.models import Order

REFS = [f"A-{number}" for number in range(60)]


def _fields(program: int, at: int) -> OrderFields:
    """Each program names the same customers and drivers in another order, under other names."""
    return {
        "customer": {"ref": f"C-{at * program % 9}", "email": f"p{program}@example.com"},
        "drivers": [{"ref": f"D-{(at + program) % 5}", "name": f"P{program}"}],
    }


def _send(program: int) -> int:
    """Every second program sends in bulk, the others singly; how many orders it brought in first."""
    turned = REFS[program * 7 :] + REFS[: program * 7]
    incoming = [(ref, _fields(program, at)) for at, ref in enumerate(turned)]
    if program % 2:
        return sum(one.created for one in save_orders(incoming, Operator()))
    return sum(save_order(ref, fields, Operator()).created for ref, fields in incoming[:20])


@pytest.mark.parametrize("run", range(3))
def test_programs_that_meet_in_every_row_are_all_answered(app: Flask, run: int) -> None:
    def program(number: int) -> int:
        with app.app_context():
            try:
                return _send(number)
            finally:
                session().close()

    with ThreadPoolExecutor(6) as pool:
        created = sum(pool.map(program, range(6)))
    close_own_connection()
    assert created == len(REFS) == session().scalar(select(func.count()).select_from(Order))
