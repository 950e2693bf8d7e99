"""Takes a batch of an import's ratings in: what both the command and an upload do with the ratings of some orders."""

from collections.abc import Sequence
from datetime import datetime

from cxweb.actions.steps.store_ratings import Choice, choose, store_choices
from cxweb.actions.steps.upload_changes import RatingNotes
from cxweb.imports.rating_rows import RatingRow


def take_ratings(batch: Sequence[Sequence[RatingRow]], now: datetime, upload_id: int | None = None) -> list[Choice]:
    """Write the ratings that count. What an upload changes is noted, so that it can be undone."""
    choices = choose(batch, lock=True)
    notes = RatingNotes(choices) if upload_id is not None else None
    store_choices(choices, now)
    if notes is not None and upload_id is not None:
        notes.write(upload_id)
    return choices
