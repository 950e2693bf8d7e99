"""`flask import-orders` and `flask import-ratings`."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from cxweb.actions.import_orders import CannotImport
from cxweb.actions.import_orders import import_orders as take_orders
from cxweb.actions.import_ratings import import_ratings as take_ratings
from cxweb.commands.command import migrating

PATH = click.Path(path_type=Path)
FILE = click.argument("file", type=PATH)
MAPPING = click.option("--mapping", type=PATH, required=True, help="The TOML file that says which column is what.")
REPORT = click.option("--report", type=PATH, help="Write every refused row with its line and the reason into this CSV.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Write nothing but the report; print the same counts.")


@click.command("import-orders")
@FILE
@MAPPING
@REPORT
@DRY_RUN
@click.option("--send", is_flag=True, help="Send the customers of orders completed in the last 24 hours their message.")
@migrating
def import_orders(file: Path, mapping: Path, report: Path | None, dry_run: bool, send: bool) -> None:
    """Take orders in from FILE (.csv, .csv.gz or .xlsx)."""
    with _reporting() as progress:
        tally = take_orders(file, mapping, report=report, dry_run=dry_run, send=send, progress=progress)
    click.echo("\n".join(tally.lines()))


@click.command("import-ratings")
@FILE
@MAPPING
@REPORT
@DRY_RUN
@click.option("--send", is_flag=True, hidden=True, help="Taken as by import-orders; a rating causes no message.")
@migrating
def import_ratings(file: Path, mapping: Path, report: Path | None, dry_run: bool, send: bool) -> None:
    """Take ratings of known orders in from FILE (.csv, .csv.gz or .xlsx)."""
    with _reporting() as progress:
        tally = take_ratings(file, mapping, report=report, dry_run=dry_run, progress=progress)
    click.echo("\n".join(tally.lines()))


@contextmanager
def _reporting() -> Iterator[Callable[[int, int], None]]:
    """A progress bar where somebody sees it, and one sentence in the place of a refusal."""
    # What is loaded so far stays; looking through it for garbage again and again takes a tenth of the time.
    gc.freeze()
    try:
        if not sys.stderr.isatty():
            yield lambda done, whole: None
            return
        with click.progressbar(length=1000, file=sys.stderr) as bar:
            yield lambda done, whole: bar.update(1000 * done // max(whole, 1) - bar.pos)
    except CannotImport as error:
        raise click.ClickException(str(error)) from error
    except OperationalError as error:
        first_line = str(error.orig).splitlines()[0].rstrip(".")
        raise click.ClickException(f"The database broke the import off: {first_line}.") from error
