"""`flask configure`: the company's settings from the command line."""

import click

from cxweb.actions.change_settings import change_settings
from cxweb.commands.command import BY, migrating
from cxweb.company.queries import settings_now
from cxweb.company.rules import PARSERS, InvalidCompanySetting, field_of, write


@click.command("configure")
@click.argument("key", required=False)
@click.argument("value", required=False)
@click.option("--list", "listing", is_flag=True, help="Print every key with the value in force.")
@migrating
def configure(key: str | None, value: str | None, listing: bool) -> None:
    """Set a company setting, in force within two seconds in running processes. Switches are on or off."""
    if listing:
        if key is not None:
            raise click.UsageError("--list takes no key.")
        return _print_all()
    if key is None or value is None:
        raise click.UsageError("Give a key and its value, or --list.")
    try:
        change_settings({key: value}, BY)
    except InvalidCompanySetting as error:
        raise click.ClickException(str(error)) from error
    return click.echo(f"{key} {value.strip()}")


def _print_all() -> None:
    company = settings_now()
    for key in PARSERS:
        click.echo(f"{key} {write(getattr(company, field_of(key)))}".rstrip())
