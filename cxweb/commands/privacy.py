"""`flask retention` and `flask erase-customer`."""

from collections.abc import Iterable

import click

from cxweb.actions.apply_retention import apply_retention
from cxweb.actions.erase_customer import erase_customer as erase_the_customer
from cxweb.commands.command import BY, migrating
from cxweb.core import clock
from cxweb.core.db import dialect_name
from cxweb.privacy.queries import preview, terms_now
from cxweb.privacy.rules import Removal, UnknownCustomer


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Only say how many rows of what would go.")
@migrating
def retention(dry_run: bool) -> None:
    """Remove what is over its term now, as each night does by itself."""
    _print(preview(terms_now(clock.now())) if dry_run else apply_retention(BY), "would go" if dry_run else "gone")


def _print(removals: Iterable[Removal], what: str) -> None:
    found = list(removals)
    for removal in found:
        click.echo(f"{removal.term:8} {removal.table:16} {removal.rows}")
    click.echo(f"{what}: {sum(removal.rows for removal in found)}")


@click.command("erase-customer")
@click.argument("ref")
@click.option("--rewrite", is_flag=True, help="PostgreSQL: rewrite the tables now; each is locked meanwhile.")
@migrating
def erase_customer(ref: str, rewrite: bool) -> None:
    """Remove everything known of the customer REF; the figures stay. See docs/privacy.md."""
    try:
        erased = erase_the_customer(BY, ref=ref, rewrite=rewrite)
    except UnknownCustomer as error:
        raise click.ClickException("There is no customer of this ref, or they were erased already.") from error
    click.echo(f"Erased. {erased.orders} orders are nobody’s now; the figures are as they were.")
    if erased.others:
        click.echo(f"{erased.others} customers of another ref have the same e-mail address or phone number; they stay.")
    if not erased.clean and dialect_name() == "postgresql":
        tables = ", ".join(f'"{name}"' for name in erased.tables)
        click.echo(f"Deleted rows leave PostgreSQL’s files in time; at once by --rewrite, or VACUUM FULL of {tables}.")
    elif not erased.clean:
        click.echo("Somebody still reads the state before, so a file keeps a trace of it: run flask retention later.")
