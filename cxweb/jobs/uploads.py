"""The jobs of uploaded files: taking their rows in, taking them out again, and what is left over."""

from cxweb.actions.prune_uploads import prune_uploads
from cxweb.actions.run_upload import run_upload
from cxweb.actions.sweep_uploads import sweep_uploads
from cxweb.actions.undo_upload import undo_upload


def run(upload_id: int) -> None:
    run_upload(upload_id)


def undo(upload_id: int) -> None:
    undo_upload(upload_id)


def sweep() -> None:
    sweep_uploads()


def prune() -> None:
    prune_uploads()
