"""`flask migrate`: bring the database to this version and do nothing else."""

import click
from flask.cli import with_appcontext

from cxweb.commands.command import NoDatabase, bring_up_to_date, sentence


@click.command("migrate")
@with_appcontext
def migrate() -> None:
    """Bring the database to this version."""
    try:
        click.echo("migrated" if bring_up_to_date() else "up to date")
    except NoDatabase as error:
        raise click.ClickException(sentence(error)) from error
