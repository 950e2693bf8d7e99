"""`flask backup` and `flask restore`."""

from pathlib import Path

import click

from cxweb.actions.back_up import CannotWrite, Damaged, back_up
from cxweb.actions.reapply_erasures import ForeignJournal, reapply_erasures
from cxweb.actions.restore_backup import ForeignKey, NotEmpty, Unreadable, restore_backup
from cxweb.actions.steps.read_journal import read_journal
from cxweb.commands.command import BY, migrating

PATH = click.Path(path_type=Path)
FOREIGN_KEY = (
    "The second steps, webhooks and connectors of this backup are sealed with another secret key. Set the key it was "
    "made under as CXWEB_SECRET_KEY, or add it to CXWEB_OLD_SECRET_KEYS. Without that key, --without-secrets restores "
    "all the rest. Nothing was changed."
)


@click.command("backup")
@click.argument("file", type=PATH)
@migrating
def backup(file: Path) -> None:
    """Write everything into FILE, also while the product runs. See docs/backup.md."""
    try:
        made = back_up(file.absolute(), BY)
    except CannotWrite as error:
        raise click.ClickException(str(error)) from error
    except Damaged as error:
        raise click.ClickException("The database is damaged: a backup would be too. See docs/backup.md.") from error
    click.echo(
        f"Backed up as of {made.at:%Y-%m-%d %H:%M:%S} UTC: {made.rows.get('order', 0)} orders, "
        f"{made.rows.get('rating', 0)} ratings, {made.size / 1e6:.1f} MB."
    )


@click.command("restore")
@click.argument("file", type=PATH)
@click.option("--erasures", type=PATH, help="A newer backup, or its erasures.jsonl: whom to erase again.")
@click.option("--without-secrets", is_flag=True, help="Also where the secret key of the backup is lost.")
@migrating
def restore(file: Path, erasures: Path | None, without_secrets: bool) -> None:
    """Restore FILE into an empty installation, and erase again whoever was erased since."""
    try:
        further = read_journal(erasures) if erasures is not None else []
        made_at = restore_backup(file, without_secrets=without_secrets)
        erased = reapply_erasures(BY) + reapply_erasures(BY, further)
    except NotEmpty as error:
        raise click.ClickException(
            "This installation is not empty: restore into a new data folder or database. Nothing was changed."
        ) from error
    except ForeignKey as error:
        raise click.ClickException(FOREIGN_KEY) from error
    except (CannotWrite, Unreadable) as error:
        raise click.ClickException(str(error)) from error
    except ForeignJournal as error:
        raise click.ClickException(
            "Restored, but the list of erasures is of another installation: nobody was erased by it."
        ) from error
    click.echo(f"Restored as of {made_at:%Y-%m-%d %H:%M:%S} UTC; {erased} people erased again. Restart what runs.")
