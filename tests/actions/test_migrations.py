"""What a newer version does with the rows of an older one."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, select, text

from cxweb import create_app
from cxweb.accounts.models import RecoveryCode, User
from cxweb.core.db import db, session
from cxweb.core.migrations import upgrade, upgrade_to
from cxweb.core.sealed import unseal
from cxweb.ratings.models import Rating
from cxweb.reports.models import FeedbackExport
from tests.conftest import dispose, settings_for

BEFORE = """
INSERT INTO depot (id, ref, name, is_demo) VALUES (7, 'LYON', 'Lyon', false);
INSERT INTO user_account (id, email, name, password_hash, role, depot_id, read_only, totp_secret, created_at) VALUES
  (1, 'a@example.com', 'A', 'x', 'admin', NULL, false, 'GEZDGNBVGY3TQOJQ', '2026-01-01'),
  (2, 'b@example.com', 'B', 'x', 'reader', 7, true, NULL, '2026-01-01');
INSERT INTO recovery_code (digest, user_id) VALUES ('abc', 1);
INSERT INTO feedback_export (user_id, asked, asked_digest, format, language, depot_id, state, rows, rows_done, attempts,
  created_at, expires_at, file_name) VALUES
  (1, '{}', 'x', 'csv', 'fr', NULL, 'ready', 0, 0, 1, '2026-01-01', '2026-01-08', 'a.csv'),
  (2, '{}', 'x', 'csv', 'fr', 7, 'ready', 0, 0, 1, '2026-01-01', '2026-01-08', 'b.csv');
INSERT INTO "order" (id, ref, token, status, channel, created_at, completed_at, eligible, sampling_draw, is_test,
  is_demo) VALUES
  (1, 'A-1', 'a', 'completed', 'delivery', '2026-01-01', '2026-01-31 23:30:00+00:00', true, 1, false, false),
  (2, 'A-2', 'b', 'arrived', 'delivery', '2026-01-01', NULL, false, 1, false, false);
INSERT INTO rating (order_id, stars, answered_at, updated_at, version) VALUES
  (1, 5, '2026-02-01', '2026-02-01', 1), (2, 4, '2026-02-01', '2026-02-01', 1)
"""


@pytest.fixture
def empty_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """A database of the run's kind without any table."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'old.sqlite3'}"
        return
    server = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE older"))
        yield make_url(database_url).set(database="older").render_as_string(hide_password=False)
        connection.execute(text("DROP DATABASE older"))
    server.dispose()


def test_perimeters_are_kept_secrets_sealed_and_answers_learn_the_day_of_completion(
    empty_url: str, tmp_path: Path
) -> None:
    app = create_app(settings_for(tmp_path, empty_url))
    with app.app_context():
        with db.engine.connect() as connection, connection.begin():
            upgrade_to(connection, "0011")
            for statement in BEFORE.split(";"):
                connection.execute(text(statement))
        assert upgrade()
        everybody, reader = session().scalars(select(User).order_by(User.id))
        assert [(part.depot_id, part.acting) for part in everybody.branches] == [(None, True)]
        assert [(part.depot_id, part.acting) for part in reader.branches] == [(7, False)]
        assert everybody.totp_secret is not None
        assert unseal(everybody.totp_secret) == "GEZDGNBVGY3TQOJQ"
        assert session().scalars(select(RecoveryCode.user_id)).all() == [1]
        assert session().scalars(select(FeedbackExport.sees).order_by(FeedbackExport.id)).all() == [None, [7]]
        assert session().scalars(select(Rating.completed_on).order_by(Rating.id)).all() == [date(2026, 1, 31), None]
        db.session.remove()
        dispose(app)
    for file in tmp_path.glob("old.sqlite3*"):
        assert b"GEZDGNBVGY3TQOJQ" not in file.read_bytes()
