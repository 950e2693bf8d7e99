"""`flask rotate-secret`."""

import click

from cxweb.actions.rotate_secret import KeyOfTheEnvironment
from cxweb.actions.rotate_secret import rotate_secret as rotate
from cxweb.commands.command import BY, migrating


@click.command("rotate-secret")
@migrating
def rotate_secret() -> None:
    """Replace the key that signs cookies and forms; nobody is signed out by it."""
    try:
        until = rotate(BY)
    except KeyOfTheEnvironment as error:
        raise click.ClickException(
            "The key stands in CXWEB_SECRET_KEY: move it to CXWEB_OLD_SECRET_KEYS, set a new one, and restart."
        ) from error
    except OSError as error:
        raise click.ClickException(f"The key file cannot be written: {error.strerror}.") from error
    click.echo(f"Replaced. The key before verifies until {until:%Y-%m-%d %H:%M} UTC. Restart the processes.")
