"""On the real server: the recipes of docs/api.md work as printed, and the document holds against whatever comes."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cxweb import ROOT, create_app
from cxweb.accounts.rules import Operator
from cxweb.actions.change_settings import change_settings
from cxweb.actions.create_api_key import create_api_key
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.migrations import upgrade
from cxweb.uploads.models import SavedMapping
from tests.conftest import dispose, settings_for
from tests.factories import Factory
from tests.faults.serving import Served
from tests.pictures import photographed

MAPPING = 'kind = "orders"\nencoding = "utf-8"\ndelimiter = ","\ntimezone = "Europe/Paris"\n[columns]\nref = "ref"\n'
GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a program beside the real server: its address, and a key."""
    folder = tmp_path_factory.mktemp("live")
    app = create_app(settings_for(folder, f"sqlite:///{folder}/cxweb.sqlite3"))
    with app.app_context():
        upgrade()
        change_settings({"api.per_minute": "1000000"}, Operator())
        key = create_api_key("recipes", Operator())
        _save_mapping()
        Factory().rating(Factory().completed("A-1"), 4, "À l'heure")
    (folder / "orders.csv").write_text("ref\nF-1\n", encoding="utf-8")
    (folder / "door.jpg").write_bytes(photographed())
    served = Served(folder)
    served.env["CXWEB_BASE_URL"] = site = f"http://127.0.0.1:{served.port}"
    with served:
        yield {
            **os.environ,
            "SITE": site,
            "KEY": key,
            "FOLDER": str(folder),
            "PYTHONPATH": str(ROOT / "docs" / "examples"),
        }
    dispose(app)


def _save_mapping() -> None:
    row = {"name": "Orders of the day", "kind": "orders", "text": MAPPING, "saved_at": clock.now(), "saved_by": "x"}
    with transaction() as opened:
        opened.add(SavedMapping(**row))


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def run(command: list[str], live: dict[str, str]) -> str:
    done = subprocess.run(command, env=live, cwd=live["FOLDER"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_recipe_of_the_guide_does_what_it_says(live: dict[str, str]) -> None:
    recipes = blocks("sh")
    assert len(recipes) == 9
    said = [run(["bash", "-euc", recipe], live) for recipe in recipes]
    assert all(part in answer for part, answer in zip(("planned", "A-4823", "completed"), said, strict=False))
    assert '"status":"completed"' in said[4].replace(" ", "")
    assert "l'heure" in said[5]
    assert '"completed":1' in said[6].replace(" ", "")
    assert '"imported":1' in said[8].replace(" ", "")


def test_the_python_client_of_the_guide_feeds_and_follows(live: dict[str, str]) -> None:
    (program,) = blocks("python")
    said = run([sys.executable, "-W", "error", "-c", program], live)
    assert "An order that is completed cannot become planned." in said
    assert "A-1 4 À l'heure" in said


def test_the_document_holds_against_generated_requests(live: dict[str, str]) -> None:
    """The boundary cases alone, all checks but `unsupported_method`; the longer run is in docs/assurance.md."""
    document = f"{live['SITE']}/api/v1/openapi.json"
    key = ["-H", f"Authorization: Bearer {live['KEY']}"]
    limits = ["--phases", "examples,coverage", "--max-time", "60", "--no-shrink", "--continue-on-failure"]
    tool, rules = Path(sys.executable).parent / "st", ROOT / "schemathesis.toml"
    asked = [str(tool), "--config-file", str(rules), "run", document, *key, *limits, "--warnings", "off"]
    said = run(asked, {**live, "PYTHONPATH": str(ROOT)})
    assert "9 selected / 9 total" in said
    passed = re.search(r"(\d+) generated, (\d+) passed", said)
    assert passed, said
    assert int(passed[2]) > 300
