"""Random histories: every figure against an independent recomputation, every cell against the rows.

`.venv/bin/python -m bench.histories --histories 1000` is the record; without it a few are acted out. Each is of 22 acts
around a change of clocks, an end of a month or year, or a 29 February. `--first` is the seed of the first.
"""

import argparse
import logging
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from bench._product import product, settings_in
from cxweb.core import clock
from cxweb.core.db import db
from tests.api.calling import Api
from tests.compared_figures import compare
from tests.histories import act_out, empty, no_cell_differs

LENGTH, FILTERS = 22, 2


def _hurry(app: Flask) -> None:
    """What survives a power cut is not asked here."""

    def unsynchronised(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    if db.engine.dialect.name == "sqlite":
        event.listen(db.engine, "connect", unsynchronised)
        db.engine.dispose()


def _one(app: Flask, seed: int) -> int:
    history = act_out(seed, LENGTH)
    api = Api(app)
    compared = compare(api, seed, history.now, FILTERS)
    with clock.showing(history.now):
        if not no_cell_differs():
            raise AssertionError(f"cells differ after history {seed}")
    compared += compare(api, seed + 1, history.now, FILTERS)
    empty()
    return compared


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=30)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--database", default="")
    chosen = parser.parse_args()
    warnings.simplefilter("error")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        app = product(settings_in(Path(folder), chosen.database))
        begun, compared = time.monotonic(), 0
        with app.app_context():
            _hurry(app)
            for done in range(chosen.histories):
                if done and done % 100 == 0:
                    print(f"{done} histories, {compared} sets of figures equal", flush=True)
                compared += _one(app, chosen.first + done)
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()
    print(f"{chosen.histories} histories, {compared} sets of figures equal, no cell differed", end=" ")
    print(f"({time.monotonic() - begun:.0f} s)")


if __name__ == "__main__":
    main()
