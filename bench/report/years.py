"""Eight years of a company: orders, crews, answers and reasons, written by a few statements into the tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, CursorResult, text

from cxweb.core.db import db, dialect_name

END = datetime(2026, 11, 1, tzinfo=UTC)
SPAN = timedelta(days=8 * 365)
DEPOTS, DRIVERS = 30, 300
# Of ten orders eight are rated.
ORDERS_A_RATING = 1.25
TABLES = ("order", "rating", "crew_member", "rating_reason")

# Numbers that look random and are the same in each run: i is the number of the row.
_DRAW = "((i * {factor}) % 1000003 % {most})"
_ORDER = """
INSERT INTO "order" (id, ref, token, status, depot_id, channel, created_at, completed_at, eligible, sampling_draw,
 is_test, is_demo)
SELECT i, 'r' || i, 't' || i, 'completed', {driver} / 10 + 1, CASE WHEN {pickup} = 0 THEN 'pickup' ELSE 'delivery' END,
 {completed}, {completed}, {true}, 50, {false}, {false} FROM {numbers}"""
_CREW = """
INSERT INTO crew_member (order_id, driver_id, position, driver_name)
SELECT i, {driver} + 1, 0, 'Driver' FROM {numbers}"""
_SECOND = """
INSERT INTO crew_member (order_id, driver_id, position, driver_name)
SELECT i, ({driver} + 1) % 300 + 1, 1, 'Driver' FROM {numbers} WHERE i % 20 = 0"""
_RATING = """
INSERT INTO rating (id, order_id, survey_version_id, stars, comment, nps, ces, open, answered_at, updated_at, version,
 completed_on)
SELECT i, i, CASE WHEN i % 2 = 0 THEN 1 END,
 CASE WHEN {opinion} < 8 THEN 1 WHEN {opinion} < 12 THEN 2 WHEN {opinion} < 20 THEN 3
  WHEN {opinion} < 42 THEN 4 ELSE 5 END,
 CASE WHEN {talk} < 3 THEN 'All went well.' END,
 CASE WHEN i % 2 = 0 THEN {nps} END, CASE WHEN i % 3 = 0 THEN {ces} + 1 END,
 CASE WHEN {talk} = 5 THEN 'More of it, please.' END,
 {answered}, {answered}, 1, {day} FROM {numbers} WHERE i % 5 <> 0"""
_REASON = """
INSERT INTO rating_reason (rating_id, code, cause)
SELECT i, CASE WHEN i % 8 = 1 THEN 'late' ELSE 'kind_driver' END, CASE WHEN i % 8 = 1 THEN 'delay' ELSE 'driver' END
FROM {numbers} WHERE i % 5 <> 0 AND i % 4 = 1"""


def write(ratings: int) -> None:
    """Write so many ratings and their orders into the empty, migrated database."""
    orders = int(ratings * ORDERS_A_RATING)
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        words = _words(orders, sqlite)
        _quicken(connection, sqlite)
        with connection.begin():
            _company(connection)
            indexes = _drop_indexes(connection, sqlite)
        for statement in (_ORDER, _CREW, _SECOND, _RATING, _REASON):
            with connection.begin():
                _run(connection, statement.format(**words))
        for index in indexes:
            with connection.begin():
                _run(connection, index)
    tidy()


def _run(connection: Connection, statement: str) -> CursorResult[Any]:
    """Run it as it is: where values have places written with a percent sign, its own are none."""
    return connection.exec_driver_sql(statement if dialect_name() == "sqlite" else statement.replace("%", "%%"))


def tidy() -> None:
    """What the database's own housekeeping would have done by itself in the meantime; SQLite gathers no statistics."""
    db.engine.dispose()
    with db.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            raw.autocommit = True
            raw.execute("VACUUM ANALYZE")
            raw.autocommit = False
    db.engine.dispose()


def _words(orders: int, sqlite: bool) -> dict[str, str]:
    def draw(factor: int, most: int) -> str:
        return _DRAW.format(factor=factor, most=most)

    begun = int((END - SPAN).timestamp())
    seconds = f"({begun} + i * {int(SPAN.total_seconds())} / {orders + 1})"
    later = f"({seconds} + 3600 + {draw(7, 150_000)})"

    def instant(moment: str) -> str:
        if sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%S', {moment}, 'unixepoch') || '.000000'"
        return f"to_timestamp({moment})"

    series = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {orders}) SELECT i FROM n"
    return {
        "numbers": f"({series}) AS numbers" if sqlite else f"generate_series(1::bigint, {orders}) AS numbers(i)",
        "completed": instant(seconds),
        "day": f"date({seconds}, 'unixepoch')" if sqlite else f"(to_timestamp({seconds}) AT TIME ZONE 'UTC')::date",
        "answered": instant(later),
        "driver": draw(7919, DRIVERS),
        "pickup": draw(104_729, 5),
        "opinion": draw(15_485_863, 100),
        "talk": draw(32_452_843, 10),
        "nps": draw(49_979_687, 11),
        "ces": draw(67_867_967, 5),
        "true": "1" if sqlite else "true",
        "false": "0" if sqlite else "false",
    }


def _company(connection: Connection) -> None:
    insert = connection.execute
    for depot in range(1, DEPOTS + 1):
        values: dict[str, Any] = {"id": depot, "ref": f"D{depot}"}
        insert(text("INSERT INTO depot (id, ref, name, is_demo) VALUES (:id, :ref, :ref, false)"), values)
    for driver in range(1, DRIVERS + 1):
        values = {"id": driver, "ref": f"P{driver}"}
        insert(text("INSERT INTO driver (id, ref, name, is_demo) VALUES (:id, :ref, :ref, false)"), values)
    asks = "asks_nps, asks_ces, asks_open, asks_reasons"
    survey = f"INSERT INTO survey_version (id, number, {asks}, skin, created_at, created_by)"
    values = {"at": "2018-01-01 00:00:00.000000"}
    insert(text(f"{survey} VALUES (1, 1, true, true, false, true, 'stars', :at, 'bench')"), values)


def _quicken(connection: Connection, sqlite: bool) -> None:
    """What survives a power cut, and what refers to what, is not asked while the rows are made up."""
    connection.rollback()
    raw: Any = connection.connection.driver_connection
    if sqlite:
        for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-400000", "temp_store=FILE"):
            raw.execute(f"PRAGMA {pragma}")
    else:
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql("SET maintenance_work_mem = '512MB'")
        connection.commit()


def _drop_indexes(connection: Connection, sqlite: bool) -> list[str]:
    """Drop the indexes of the tables, but for those of constraints; the statements that make them again."""
    names = "', '".join(TABLES)
    if sqlite:
        found = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('{names}')"
        found += " AND sql IS NOT NULL"
    else:
        found = f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('{names}') AND indexname LIKE 'ix%'"
    rows = [tuple(row) for row in _run(connection, found)]
    for name, _ in rows:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    return [definition for _, definition in rows]
