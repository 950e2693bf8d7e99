"""`flask create-user` and `flask create-api-key`."""

import sys

import click

from cxweb.accounts.rules import ROLES, SCOPES
from cxweb.actions.create_api_key import InvalidKey
from cxweb.actions.create_api_key import create_api_key as create_the_key
from cxweb.actions.create_user import InvalidUser
from cxweb.actions.create_user import create_user as create_the_user
from cxweb.actions.steps.add_user import EmailTaken
from cxweb.actions.steps.find_depot import UnknownDepot
from cxweb.commands.command import BY, migrating
from cxweb.commands.password import new_password


@click.command("create-user")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--depot", "depots", metavar="REF", multiple=True, help="See this depot's branch only; may be repeated.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@migrating
def create_user(email: str, role: str, depots: tuple[str, ...], password_stdin: bool) -> None:
    """Create an account; without --password-stdin its password is made and printed once."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else new_password()
    try:
        create_the_user(email, role, password, BY, depots=depots)
    except InvalidUser as error:
        raise click.ClickException(str(error)) from error
    except EmailTaken as error:
        raise click.ClickException(f"There is an account for {error} already.") from error
    except UnknownDepot as error:
        raise click.ClickException(f"There is no depot {error}.") from error
    click.echo(f"Created {email.strip().lower()}, {role}.")
    if not password_stdin:
        click.echo(f"Password, shown this once: {password}")


@click.command("create-api-key")
@click.argument("name")
@click.option(
    "--scope", "scopes", type=click.Choice(SCOPES), multiple=True, help="May be given several times; default: all."
)
@click.option("--depot", metavar="REF", help="Reach this depot's branch only.")
@migrating
def create_api_key(name: str, scopes: tuple[str, ...], depot: str | None) -> None:
    """Create a key for another program; the last line is the key, shown this once."""
    try:
        key = create_the_key(name, BY, scopes=scopes or SCOPES, depot=depot)
    except InvalidKey as error:
        raise click.ClickException(str(error)) from error
    except UnknownDepot as error:
        raise click.ClickException(f"There is no depot {error}.") from error
    click.echo(f"Created the key {name.strip()} with {', '.join(scopes or SCOPES)}. It is shown this once:")
    click.echo(key)
