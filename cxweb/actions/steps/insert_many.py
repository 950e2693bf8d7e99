"""Inserts thousands of rows at once, below the layers that would look at each value of each row in Python."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, func, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from cxweb.core.db import Base, dialect_name, session

Process = Callable[[Any], Any] | None


def new_ids(model: type[Base], count: int) -> list[int]:
    """Ids for so many new rows, ascending; nobody else gets them while the transaction is open."""
    if dialect_name() == "postgresql":
        sequence = func.pg_get_serial_sequence(f'"{model.__tablename__}"', "id")
        # Of the numbers in a series the sequence is asked once each.
        return list(session().scalars(select(func.nextval(sequence)).select_from(func.generate_series(1, count))))
    # A transaction of SQLite that writes is alone from its first statement.
    greatest = session().scalar(select(func.max(model.__table__.c.id))) or 0
    return list(range(greatest + 1, greatest + count + 1))


def insert_many(model: type[Base], rows: Sequence[dict[str, Any]], *, unless_taken: bool = False) -> None:
    """Insert rows that all have the same columns; on demand without those one of whose unique keys is taken."""
    if not rows:
        return
    connection = session().connection()
    names = tuple(rows[0])
    text, order, processes = _compiled(model, names, connection.dialect, unless_taken)
    columns = zip(*(row.values() for row in rows), strict=True)
    converted = [_converted(column, process) for column, process in zip(columns, processes, strict=True)]
    if order is None:
        connection.exec_driver_sql(
            text, [dict(zip(names, values, strict=True)) for values in zip(*converted, strict=True)]
        )
    else:
        in_order = [converted[names.index(name)] for name in order]
        connection.exec_driver_sql(text, list(zip(*in_order, strict=True)))


def _converted(column: Sequence[Any], process: Process) -> Sequence[Any]:
    """The values of a column as the driver takes them. Many are equal, such as days and the run's own instant."""
    if process is None:
        return column
    try:
        made = {value: process(value) for value in set(column)}
    except TypeError:
        # JSON's objects are in no set.
        return [process(value) for value in column]
    return [made[value] for value in column]


@lru_cache(maxsize=32)
def _compiled(
    model: type[Base], names: tuple[str, ...], dialect: Dialect, unless_taken: bool
) -> tuple[str, Sequence[str] | None, list[Process]]:
    """The statement, the order of its values where they have places and not names, and how each column is converted."""
    statement: Any = insert(model)
    if unless_taken:
        plain = sqlite_insert if dialect.name == "sqlite" else postgresql_insert
        statement = plain(model).on_conflict_do_nothing()
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    columns = model.__table__.c
    return (
        str(compiled),
        compiled.positiontup,
        [columns[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names],
    )
