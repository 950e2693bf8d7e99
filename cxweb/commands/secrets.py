"""`flask rotate-secret` and `flask reseal-secrets`."""

import click

from cxweb.actions.reseal_secrets import reseal_secrets as seal_anew
from cxweb.actions.rotate_secret import KeyOfTheEnvironment
from cxweb.actions.rotate_secret import rotate_secret as rotate
from cxweb.commands.command import BY, migrating


@click.command("rotate-secret")
@migrating
def rotate_secret() -> None:
    """Replace the key that signs cookies and forms and seals secrets; nobody is signed out by it."""
    try:
        until = rotate(BY)
    except KeyOfTheEnvironment as error:
        raise click.ClickException(
            "The key stands in CXWEB_SECRET_KEY: move it to CXWEB_OLD_SECRET_KEYS, set a new one, restart, and run "
            "flask reseal-secrets before you drop the old one."
        ) from error
    except OSError as error:
        raise click.ClickException(f"The key file cannot be written: {error.strerror}.") from error
    click.echo(f"Replaced. The key before verifies until {until:%Y-%m-%d %H:%M} UTC. Restart the processes.")


@click.command("reseal-secrets")
@migrating
def reseal_secrets() -> None:
    """Seal what the database keeps secret under the newest key, as each night does by itself."""
    told = seal_anew(BY)
    click.echo(f"{told.found} secrets, {told.changed} of them sealed anew.")
    if told.unopened:
        raise click.ClickException(
            f"{told.unopened} secrets cannot be opened: add the key they were sealed with to CXWEB_OLD_SECRET_KEYS."
        )
