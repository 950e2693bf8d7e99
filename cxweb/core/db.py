"""The database: the models' base, the one way to write (transaction) and the one way to read (session)."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, cast
from weakref import WeakKeyDictionary

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    TypeDecorator,
    event,
    literal,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.pool import PoolProxiedConnection

from cxweb.core.grouping import Writers
from cxweb.core.sealed import Sealed

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values, stores UTC, and gives aware values back on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every model inherits: columns, relations, and methods that need only `self`."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UTCDateTime(),
            int: BigInteger().with_variant(Integer(), "sqlite"),
            str: Text(),
            Sealed: Text(),
            dict[str, Any]: JSON(),
            list[str]: JSON(),
            # Where there may be none, it is SQL's NULL and not the JSON of it.
            list[int]: JSON(none_as_null=True),
        },
    )


class _ReadingSession(FlaskSession):
    """The request's session: it reads through the engine that cannot write."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine:
        return self._db.engines["read"]


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": _ReadingSession})
_writing: ContextVar[Session | None] = ContextVar("writing", default=None)
# The session of core.snapshot, which sees the database as it was when it began.
frozen: ContextVar[Session | None] = ContextVar("frozen", default=None)


class NestedTransaction(RuntimeError):
    """An action called an action: one intention is one transaction."""


def session() -> Session:
    """The session queries read through: the open transaction's, else a snapshot's or the request's read-only one."""
    return _writing.get() or frozen.get() or db.session()


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the one transaction of an action; commits at the end, rolls back on any exception.

    Functions given to after_commit() inside run once the commit has succeeded.
    """
    if _writing.get() is not None:
        raise NestedTransaction
    with _session_to_write() as opened:
        token = _writing.set(opened)
        try:
            yield opened
        finally:
            _writing.reset(token)
            db.session.expire_all()
    for function in opened.info.get("after_commit", ()):
        function()


@contextmanager
def _session_to_write() -> Iterator[Session]:
    """A session that commits at its end: on SQLite together with whoever writes at the same time."""
    writers: Writers | None = current_app.extensions["cxweb.writers"]
    if writers is not None:
        with writers.session() as opened:
            yield opened
    else:
        with Session(db.engine, expire_on_commit=False) as opened, opened.begin():
            yield opened


def after_commit(function: Callable[[], None]) -> None:
    """Run the function after the open transaction has committed, or at once where none is open."""
    opened = _writing.get()
    if opened is None:
        function()
    else:
        opened.info.setdefault("after_commit", []).append(function)


def dialect_name() -> str:
    """`sqlite` or `postgresql`."""
    return db.engine.dialect.name


def init_app(app: Flask, url: str) -> None:
    """Give the application its two engines on one database: one for transactions, one that only reads."""
    sqlite = url.startswith("sqlite")
    # A logged error must not show the address or the comment that was being written.
    write: dict[str, Any] = {"pool_pre_ping": not sqlite, "hide_parameters": True}
    read: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None, "hide_parameters": True}
    if sqlite:
        # The driver must not open transactions by itself: BEGIN IMMEDIATE below does.
        write["connect_args"] = {"isolation_level": None}
        write["pool_size"] = read["pool_size"] = 8
    else:
        read["connect_args"] = {"options": "-c default_transaction_read_only=on -c timezone=UTC"}
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = write
    app.config["SQLALCHEMY_BINDS"] = {"read": {"url": url, **read}}
    db.init_app(app)
    app.extensions["cxweb.writers"] = None
    if sqlite:
        with app.app_context():
            app.extensions["cxweb.writers"] = Writers(db.engine)
            event.listen(db.engine, "connect", _prepare_sqlite_writer)
            event.listen(db.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
            event.listen(db.engines["read"], "connect", _prepare_sqlite_reader)


def _prepare_sqlite_writer(connection: DBAPIConnection, _record: object) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - narrows the type
    # What is deleted is overwritten: an erased person is not to be read in the file's free pages. Programs that bring
    # in a thousand orders at a time hold the file for a second or two each: behind five of them, 5 s are too few.
    pragmas = ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")


def _prepare_sqlite_reader(connection: DBAPIConnection, _record: object) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - narrows the type
    for pragma in ("busy_timeout=5000", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")


def insert_or_leave(model: type[Base], **values: Any) -> bool:
    """Insert a row unless one of its unique keys is taken; whether it was inserted.

    Look-then-insert doubles rows under several writers: the constraint decides, not a look.
    """
    insert = sqlite_insert if dialect_name() == "sqlite" else postgresql_insert
    statement = insert(cast(Table, model.__table__)).values(**values).on_conflict_do_nothing().returning(literal(1))
    return session().execute(statement).first() is not None


def upsert_many(model: type[Base], rows: Sequence[dict[str, Any]], key: str) -> None:
    """Insert rows that all have the same columns; where the unique key is taken, that row gets the new values."""
    if not rows:
        return
    insert = sqlite_insert if dialect_name() == "sqlite" else postgresql_insert
    statement = insert(cast(Table, model.__table__))
    values = {name: statement.excluded[name] for name in rows[0] if name != key}
    statement = statement.on_conflict_do_update(index_elements=[key], set_=values)
    session().connection().execute(statement, list(rows))


class Prepared:
    """A SELECT compiled once and run on the driver itself, without the ORM's and the engine's share of the work.

    For the customer's page alone, where that share is half the query. Values come back as the columns' types say.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._compiled: dict[str, tuple[str, list[str], list[tuple[int, Any]]]] = {}

    def first(self, **values: Any) -> tuple[Any, ...] | None:
        """The first row for these values of its bound parameters, None without one. Raises the driver's errors."""
        engine = db.engines["read"]
        sql, names, processors = self._for(engine)
        parameters: Any = [values[name] for name in names] if names else values
        row = self._fetch(engine, sql, parameters)
        if row is None:
            return None
        shown = list(row)
        for index, process in processors:
            if shown[index] is not None:
                shown[index] = process(shown[index])
        return tuple(shown)

    def _for(self, engine: Engine) -> tuple[str, list[str], list[tuple[int, Any]]]:
        if engine.dialect.name not in self._compiled:
            compiled = self.statement.compile(engine)
            processors = [
                (index, process)
                for index, column in enumerate(self.statement.selected_columns)
                if (process := column.type.dialect_impl(engine.dialect).result_processor(engine.dialect, None))
            ]
            names = list(getattr(compiled, "positiontup", None) or ())
            self._compiled[engine.dialect.name] = (str(compiled), names, processors)
        return self._compiled[engine.dialect.name]

    @staticmethod
    def _fetch(engine: Engine, sql: str, parameters: Any) -> Any:
        """One row; a connection that the server has closed meanwhile is replaced and asked once more."""
        for last in (False, True):
            readers = _readers.setdefault(engine, deque())
            try:
                connection, reader = readers.pop()
            except IndexError:
                connection, reader = _new_reader(engine)
            try:
                row = reader.execute(sql, parameters).fetchone()
            except engine.dialect.loaded_dbapi.Error as error:
                connection.invalidate(error)
                if last or not engine.dialect.is_disconnect(error, None, None):
                    raise
            else:
                readers.append((connection, reader))
                return row
        return None


# Reading connections that nobody uses at the moment: checking one out of the pool costs as much as the query. There are
# never more than requests that run at the same time.
_readers: WeakKeyDictionary[Engine, deque[tuple[PoolProxiedConnection, Any]]] = WeakKeyDictionary()


def _new_reader(engine: Engine) -> tuple[PoolProxiedConnection, Any]:
    connection = engine.raw_connection()
    driver: Any = connection.driver_connection
    # A cursor of PostgreSQL's is kept, and reads binary values: a third less. One of SQLite's may not be kept:
    # until it is gone the connection goes on reading the state it has begun with.
    return connection, driver if engine.dialect.name == "sqlite" else driver.cursor(binary=True)


def close_own_connection() -> None:
    """Give the kept reading connections back; for tests, whose engines come and go."""
    for readers in list(_readers.values()):
        while readers:
            connection, reader = readers.pop()
            if reader is not connection.driver_connection:
                reader.close()
            connection.close()
