"""`flask rebuild-aggregates`."""

import sys

import click

from cxweb.actions.rebuild_rollups import rebuild_rollups
from cxweb.commands.command import migrating


@click.command("rebuild-aggregates")
@migrating
def rebuild_aggregates() -> None:
    """Build the rollups of the reports anew from the rows. Reports stay right meanwhile."""
    with click.progressbar(length=1000, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        days = rebuild_rollups(lambda done, whole: bar.update(1000 * done // max(whole, 1) - bar.pos))
    click.echo(f"Rebuilt the rollups of {days} days.")
