"""Lighthouse, mobile, on the survey and on the thanks in French, behind the real server: `python -m bench._lighthouse`.

Not part of `make bench`: it needs Node and `npm install --prefix var/lighthouse lighthouse`, once. Medians of the runs.
"""

import argparse
import json
import os
import shutil
import subprocess
from pathlib import Path
from statistics import median

from bench._product import folder, settings_in
from bench.kills import orders
from cxweb import create_app
from cxweb.actions.rate_order import rate_order
from cxweb.core.db import close_own_connection, db
from cxweb.ratings.rules import Answer
from tests.faults.serving import Served

PROGRAM = Path("var/lighthouse/node_modules/.bin/lighthouse")
GOALS = {"performance": 99, "accessibility": 100, "best-practices": 100}
CHROMIUM = "--headless --no-sandbox --disable-gpu --disable-background-networking --no-first-run"


def scores(address: str) -> dict[str, float]:
    """What one run gives, from 0 to 100."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or ""
    call = [str(PROGRAM), address, "--quiet", "--output=json", f"--only-categories={','.join(GOALS)}"]
    done = subprocess.run(
        [*call, f"--chrome-flags={CHROMIUM}"],
        env={**os.environ, "CHROME_PATH": chromium},
        capture_output=True,
        text=True,
        check=True,
    )
    categories = json.loads(done.stdout)["categories"]
    return {name: 100 * categories[name]["score"] for name in GOALS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    if not PROGRAM.exists():
        raise SystemExit("Lighthouse is not here: npm install --prefix var/lighthouse lighthouse")
    with folder() as data:
        survey, thanks = orders(data, 2)
        app = create_app(settings_in(data))
        with app.app_context():
            rate_order(thanks, Answer(stars=4, comment="À l'heure, merci"), "fr")
            close_own_connection()
            for engine in db.engines.values():
                engine.dispose()
        with Served(data) as served:
            for name, token in (("survey", survey), ("thanks", thanks)):
                runs = [scores(f"http://127.0.0.1:{served.port}/t/{token}?lang=fr") for _ in range(asked.runs)]
                medians = {category: median(run[category] for run in runs) for category in GOALS}
                said = ", ".join(f"{category} {score:.0f}" for category, score in medians.items())
                met = all(medians[category] >= goal for category, goal in GOALS.items())
                print(f"Lighthouse {name}: {said}: {'met' if met else 'MISSED'}", flush=True)


if __name__ == "__main__":
    main()
