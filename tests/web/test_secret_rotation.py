"""After the key was replaced, whoever is signed in stays so, and a page that was open can still be sent."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from cxweb import create_app
from cxweb.accounts.rules import Operator
from cxweb.actions.rotate_secret import KeyOfTheEnvironment, rotate_secret
from cxweb.core.db import db
from cxweb.settings import secret_key_file
from tests.conftest import dispose
from tests.factories import Factory
from tests.page import Client


def test_sessions_and_open_forms_survive_a_rotation_and_end_with_the_old_key(
    app: Flask, client: Client, make: Factory
) -> None:
    client.sign_in(make.user("admin").email)
    page = client.get("/admin/settings/tracking").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    cookie = client.session()
    assert token is not None
    settings = app.config["CXWEB"]
    for old, kept in ((("only-for-tests",), True), ((), False)):
        rotated = create_app(replace(settings, secret_key="a new one", old_secret_keys=old))
        with rotated.app_context():
            browser = rotated.test_client()
            browser.set_cookie("cxweb", cookie)
            assert (browser.get("/admin/settings/tracking").status_code == 200) is kept
            answer = browser.post("/admin/settings/tracking", data={"csrf_token": token.group(1), "tracking": "on"})
            assert (answer.status_code, answer.location) == (303, "/admin/settings/tracking") or not kept
            db.session.remove()
            dispose(rotated)


def test_a_key_of_the_environment_is_left_to_the_operator(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    file = secret_key_file(app.config["CXWEB"].data_dir)
    file.write_text("before\n", encoding="ascii")
    monkeypatch.setenv("CXWEB_SECRET_KEY", "given")
    with pytest.raises(KeyOfTheEnvironment):
        rotate_secret(Operator())
    assert file.read_text(encoding="ascii") == "before\n"
    monkeypatch.delenv("CXWEB_SECRET_KEY")
    rotate_secret(Operator())
    new, old, end = file.read_text(encoding="ascii").split("\n")
    assert (len(new), old.startswith("before 20"), end) == (43, True, "")
