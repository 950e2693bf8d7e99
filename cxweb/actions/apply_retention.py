"""What is over its term goes: contact data, then words and names, then logs; figures stay as they are."""

import time
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Select, delete, select

from cxweb.accounts.rules import Acting
from cxweb.actions.steps.empty_holdings import empty_holding
from cxweb.actions.steps.note_retention import note_retention
from cxweb.actions.steps.remember_people import remember_people
from cxweb.core import clock
from cxweb.core.batch import stopping
from cxweb.core.db import session, transaction
from cxweb.core.scrub import empty_log
from cxweb.privacy.queries import due_holdings, key_of, over, table_of, terms_now
from cxweb.privacy.rules import LOGGED, LOGS, Removal

BATCH = 500


def apply_retention(by: Acting, *, longest_s: float = float("inf")) -> list[Removal]:
    """Empty or remove everything over its term, a batch a transaction; how many rows of what.

    After `longest_s`, or where the process is asked to stop, the rest is left to the next call.
    """
    until, now = time.monotonic() + longest_s, clock.now()
    due = terms_now(now)
    counted: Counter[tuple[str, str]] = Counter()
    for term, holding in due_holdings():
        counted[term, holding.table] += 0
        for keys in _batches(over(holding, term, due.before(term)), until):
            with transaction():
                if holding.to == "customer":
                    remember_people(keys)
                counted[term, holding.table] += empty_holding(holding, keys, holding.columns(term))
    for name, column in LOGGED:
        table = table_of(name)
        counted[LOGS, name] += 0
        for keys in _batches(select(key_of(table)).where(table.c[column] < due.logs), until):
            with transaction() as opened:
                opened.execute(delete(table).where(key_of(table).in_(keys)))
                counted[LOGS, name] += len(keys)
    empty_log()
    with transaction():
        note_retention(by, counted, now, complete=not _late(until))
    return [Removal(term, table, rows) for (term, table), rows in counted.items()]


def _late(until: float) -> bool:
    return stopping() or time.monotonic() > until


def _batches(statement: Select[int], until: float) -> Iterator[list[int]]:
    """The keys, so many at a time: each batch is read anew, without holding anything open."""
    [key] = statement.selected_columns
    last = None
    while not _late(until):
        beyond = statement if last is None else statement.where(key > last)
        keys = list(session().scalars(beyond.order_by(key).limit(BATCH)))
        if not keys:
            return
        yield keys
        last = keys[-1]
