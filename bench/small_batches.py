"""Lets an upload's import write 50 rows a transaction, so that a short run has many places to be killed at."""

from importlib import import_module


def apply() -> None:
    import_module("cxweb.actions.steps.upload_portions").__dict__["BATCH"] = 50
