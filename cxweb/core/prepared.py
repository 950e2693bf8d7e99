"""Statements compiled once and run on the open transaction's own connection, for what customers wait for."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect, Executable, Table, bindparam
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.compiler import SQLCompiler

from cxweb.core.db import session

Process = Callable[[Any], Any]


class PreparedInTransaction:
    """A statement whose compiling, binding and reading would cost more than running it."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._ready: dict[str, _Ready] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run it in the open transaction with these values; the rows it gives."""
        connection = session().connection()
        dialect = connection.dialect
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _Ready(self._for(dialect), dialect)
        driver: Any = connection.connection.driver_connection
        found = driver.execute(ready.sql, ready.bound(values))
        return ready.read(found.fetchall()) if ready.gives_rows else []

    def first(self, **values: Any) -> tuple[Any, ...] | None:
        """The first row, None without one."""
        return next(iter(self.rows(**values)), None)

    def _for(self, dialect: Dialect) -> Executable:
        return self.statement


class PreparedInsert(PreparedInTransaction):
    """INSERT of one row; `rows` gives its key, nothing where one of its unique keys is taken."""

    def __init__(self, table: Any, *columns: str) -> None:
        self.table: Table = table
        self.columns = columns
        self._ready = {}

    def _for(self, dialect: Dialect) -> Executable:
        insert = sqlite_insert if dialect.name == "sqlite" else postgresql_insert
        values: dict[str, Any] = {name: bindparam(name) for name in self.columns}
        key = next(iter(self.table.primary_key.columns))
        return insert(self.table).values(values).on_conflict_do_nothing().returning(key)


class _Ready:
    """A statement as one database takes it."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled: SQLCompiler = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self.positions = list(compiled.positiontup) if compiled.positiontup else None
        binds = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items()}
        # The values that the statement itself was put together with.
        self.own = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self.binding = {name: process for name, type_ in binds.items() if (process := type_.bind_processor(dialect))}
        given = getattr(statement, "selected_columns", None)
        given = statement.exported_columns if given is None else given
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in given]
        self.reading: list[tuple[int, Process]] = [(at, process) for at, process in enumerate(readers) if process]
        self.gives_rows = bool(readers)

    def bound(self, values: dict[str, Any]) -> Any:
        values = self.own | values
        for name, process in self.binding.items():
            values[name] = process(values[name])
        return [values[name] for name in self.positions] if self.positions is not None else values

    def read(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        if not self.reading:
            return rows
        shown = [list(row) for row in rows]
        for row in shown:
            for at, process in self.reading:
                row[at] = process(row[at])
        return [tuple(row) for row in shown]
