"""The jobs that write the files of exports."""

from cxweb.actions.build_export import build_export
from cxweb.actions.prune_exports import prune_exports
from cxweb.core import clock
from cxweb.core.queue import enqueue_now
from cxweb.reports.queries import exports_left


def build(export_id: int) -> None:
    build_export(export_id)


def resume() -> None:
    for export_id in exports_left(clock.now()):
        enqueue_now("work", "cxweb.jobs.exports.build", export_id)


def prune() -> None:
    prune_exports()
