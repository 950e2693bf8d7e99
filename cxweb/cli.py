"""The flask commands; each migrates the database first."""

import click
from flask import Flask
from flask.cli import with_appcontext

from cxweb.core.migrations import upgrade


def init_app(app: Flask) -> None:
    app.cli.add_command(migrate)


@click.command("migrate")
@with_appcontext
def migrate() -> None:
    """Bring the database to this version."""
    click.echo("migrated" if upgrade() else "up to date")
