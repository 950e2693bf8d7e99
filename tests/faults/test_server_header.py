"""The real server names itself without a version, and no answer of its own lacks the headers of the product."""

from pathlib import Path

from tests.faults.serving import Served


def test_no_answer_of_the_real_server_tells_a_version(app: object, tmp_path: Path, database_url: str) -> None:
    with Served(tmp_path, CXWEB_DATABASE_URL=database_url) as served:
        for path in ("/healthz", "/login", "/t/none", "/static/css/tokens.css", "/admin/", "/.well-known/security.txt"):
            connection = served.connection()
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            told = {name.lower(): value for name, value in answer.getheaders()}
            assert not any(character.isdigit() for character in told.get("server", "")), told
            assert "x-powered-by" not in told
            assert told["x-content-type-options"] == "nosniff"
