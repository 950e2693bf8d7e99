"""The flask commands; each migrates the database first."""

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

# Where each command is. They are imported when called: a web process needs none of them to start.
COMMANDS = {
    "backup": "cxweb.commands.backup:backup",
    "configure": "cxweb.commands.company:configure",
    "create-api-key": "cxweb.commands.accounts:create_api_key",
    "create-user": "cxweb.commands.accounts:create_user",
    "erase-customer": "cxweb.commands.privacy:erase_customer",
    "demo-data": "cxweb.commands.demo:demo_data",
    "import-orders": "cxweb.commands.imports:import_orders",
    "import-ratings": "cxweb.commands.imports:import_ratings",
    "migrate": "cxweb.commands.migrate:migrate",
    "rebuild-aggregates": "cxweb.commands.rollups:rebuild_aggregates",
    "reseal-secrets": "cxweb.commands.secrets:reseal_secrets",
    "restore": "cxweb.commands.backup:restore",
    "rotate-secret": "cxweb.commands.secrets:rotate_secret",
    "retention": "cxweb.commands.privacy:retention",
}


class _Commands(AppGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None


def init_app(app: Flask) -> None:
    app.cli = _Commands()
