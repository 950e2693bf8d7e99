"""What a newer version does with the rows of an older one."""

from pathlib import Path

from sqlalchemy import select, text

from cxweb import create_app
from cxweb.accounts.models import RecoveryCode, User
from cxweb.core.db import db, session
from cxweb.core.migrations import upgrade, upgrade_to
from cxweb.core.sealed import unseal
from tests.conftest import dispose, settings_for

BEFORE = """
INSERT INTO depot (id, ref, name, is_demo) VALUES (7, 'LYON', 'Lyon', false);
INSERT INTO user_account (id, email, name, password_hash, role, depot_id, read_only, totp_secret, created_at) VALUES
  (1, 'a@example.com', 'A', 'x', 'admin', NULL, false, 'GEZDGNBVGY3TQOJQ', '2026-01-01'),
  (2, 'b@example.com', 'B', 'x', 'reader', 7, true, NULL, '2026-01-01');
INSERT INTO recovery_code (digest, user_id) VALUES ('abc', 1)
"""


def test_who_had_one_perimeter_keeps_it_and_secrets_in_clear_are_sealed(tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path, f"sqlite:///{tmp_path / 'old.sqlite3'}"))
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
        db.session.remove()
        dispose(app)
    assert b"GEZDGNBVGY3TQOJQ" not in (tmp_path / "old.sqlite3").read_bytes()
