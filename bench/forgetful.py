"""The product broken on purpose: each run of an upload begins at the file's first row, so that rows come in twice."""

from importlib import import_module
from typing import Any


def apply() -> None:
    running = import_module("cxweb.actions.run_upload")
    begin = running.begin

    def forget(upload_id: int) -> Any:
        run = begin(upload_id)
        if run is not None:
            run.batches = 0
        return run

    running.__dict__["begin"] = forget
