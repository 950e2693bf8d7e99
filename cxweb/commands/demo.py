"""`flask demo-data`: the demo company comes and goes."""

import click

from cxweb.actions.load_demo import NoDemoBesideOrders
from cxweb.actions.load_demo import load_demo as load
from cxweb.actions.remove_demo import remove_demo as remove
from cxweb.commands.command import BY, migrating


@click.command("demo-data")
@click.option("--remove", "removing", is_flag=True, help="Remove the demo and nothing else.")
@migrating
def demo_data(removing: bool) -> None:
    """Load the demo company into an empty database, or remove it."""
    if removing:
        click.echo(f"Removed {remove(BY)} demo orders.")
        return
    try:
        loaded = load(BY)
    except NoDemoBesideOrders as error:
        raise click.ClickException("There are real orders: the demo stays out, so that figures do not mix.") from error
    click.echo(f"Loaded {loaded} demo orders." if loaded else "The demo is loaded already.")
