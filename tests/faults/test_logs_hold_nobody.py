"""P19: known people go through the real processes at their loudest; no line, error page or process list holds them."""

import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bench.chaos.databases import flask
from bench.chaos.stage import Stage
from tests.servers import MailServer, SmsGateway, wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")
NAME, EMAIL, PHONE = "Zenobia Quelquechose", "zenobia.q@example.com", "+33639980077"
STREET, WORDS = "77 rue Imprononçable", "Imprononçable mais aimable"
KEY, PASSWORD, TOKEN = "gateway-credential-77", "a quiet password of 77", "metrics-token-77"
PERSON = {"ref": "C-77", "name": NAME, "email": EMAIL, "phone": PHONE, "language": "fr"}


class Talk:
    """Everything said to the web server, and every error page that came back."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.errors: list[str] = []
        self.cookie = ""

    def __call__(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=15)) as connection:
            connection.request(method, path, body, {"Cookie": self.cookie, **(headers or {})})
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            assert answer.headers["Referrer-Policy"] == "no-referrer", path
            assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-Id"]), path
            self.cookie = (answer.headers["Set-Cookie"] or self.cookie).partition(";")[0]
            if answer.status in {400, 401, 403, 404, 405, 500}:
                self.errors.append(text)
            return answer.status, text

    def form(self, path: str, **fields: str) -> tuple[int, str]:
        return self("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})


@pytest.fixture
def stage(tmp_path: Path, mail_server: MailServer, sms_gateway: SmsGateway) -> Iterator[Stage]:
    settings = {
        "CXWEB_SMTP_URL": mail_server.url,
        "CXWEB_SMS_URL": sms_gateway.url().replace("k3y", KEY),
        "CXWEB_MAIL_FROM": "shop@example.com",
        "CXWEB_METRICS_TOKEN": TOKEN,
        "CXWEB_LOG": "json",
        "CHAOS_VARIANT": "bench.loud",
    }
    mail_server.rcpt_answers.append(f"550 <{EMAIL}> is unknown here, ask {PHONE}")
    sms_gateway.answers.append(400)
    with Stage(tmp_path, f"sqlite:///{tmp_path / 'cxweb.sqlite3'}", settings) as running:
        running.require_live()
        yield running


def told(stage: Stage, secrets: list[str]) -> None:
    """The customer's, the program's and the staff's ways through the product, with everything that goes wrong."""
    talk = Talk(stage.port)
    key = flask(stage.environment, "create-api-key", "shop", "--scope", "orders", "--scope", "read")
    program = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    order = {"customer": PERSON, "address": {"line": STREET, "city": "Lyon"}, "notify": "both"}
    _, made = talk("PUT", "/api/v1/orders/A-77", json.dumps(order), program)
    link = json.loads(made)["tracking_url"].rpartition("/")[2]
    secrets += [key, link]
    talk("PUT", "/api/v1/orders/A-78", json.dumps({"customer": {"email": [EMAIL]}}), program)
    talk("PUT", f"/api/v1/orders/{EMAIL}", json.dumps(order), program)
    assert talk("POST", "/api/v1/orders/A-77/status", json.dumps({"status": "completed"}), program)[0] == 200
    assert talk.form(f"/t/{link}/rating", stars="4", comment=f"{WORDS} {PHONE}\nforged line")[0] == 303
    for path in (f"/t/{link}", f"/t/{link}x", f"/u/{link}", f"/t/{link}/proof/photo", f"/{EMAIL}", f"/t/{PHONE}"):
        talk("GET", path)
    talk.form(f"/t/{link}/rating", stars="9", comment=WORDS)
    talk("DELETE", f"/t/{link}")
    flask(stage.environment, "create-user", "boss@example.com", "--role", "admin")
    _, page = talk("GET", "/login")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    talk.form("/login", email=EMAIL, password=PASSWORD, csrf_token="none")
    talk.form("/login", email="boss@example.com", password=PASSWORD, csrf_token=token.group(1))
    # A database that fails under the processes: tracebacks, failed jobs, the page of an error.
    with closing(sqlite3.connect(stage.environment["CXWEB_DATA_DIR"] + "/cxweb.sqlite3", timeout=10)) as database:
        database.execute("ALTER TABLE survey_version RENAME TO gone")
        database.execute("ALTER TABLE status_change RENAME TO gone_too")
        database.commit()
    assert talk("GET", f"/t/{link}?edit=1")[0] == 500
    assert talk("PUT", "/api/v1/orders/A-79", json.dumps(order), program)[0] == 500
    for text in secrets:
        assert not [page for page in talk.errors if text in page and text not in {EMAIL, PHONE}], text
    assert len(talk.errors) >= 8


def test_known_people_are_found_in_no_log_error_page_or_process_list(
    stage: Stage, mail_server: MailServer, sms_gateway: SmsGateway
) -> None:
    secrets = [NAME, EMAIL, PHONE, PHONE[1:], STREET, "Imprononçable", KEY, PASSWORD, TOKEN]
    secrets.append(stage.environment["CXWEB_SECRET_KEY"])
    told(stage, secrets)
    wait_for(lambda: "Traceback" in stage.said.read_text(errors="replace"))
    processes = [pid for program in stage.programs.values() for pid in program.members()]
    commands = [(Path("/proc") / str(pid) / "cmdline").read_bytes() for pid in processes]
    lines = stage.said.read_text(errors="replace").splitlines()
    found = [line for line in lines if any(text in line for text in secrets)]
    assert found == []
    assert not [command for command in commands if any(text.encode() in command for text in secrets)]
    # What was searched: the loggers were loud, and a failure's traceback stands in one line with its request.
    assert len(lines) > 20
    assert any('"level": "DEBUG"' in line for line in lines)
    [failure, *_] = [json.loads(line) for line in lines if "Exception on /t/***" in line]
    assert "Traceback" in failure["traceback"]
    assert re.fullmatch("[0-9a-f]{16}", failure["request"])
