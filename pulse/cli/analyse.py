"""`pulse analyse …`: the statistics of Pulse on anybody's own figures, from a file to a file.

No installation is needed. Each command is a module of its own, loaded when it is asked for.
"""

from importlib import import_module

import click

_COMMANDS: dict[str, str] = {
    "spc": "pulse.cli.analyse_spc:spc",
    "trend": "pulse.cli.analyse_trend:trend",
    "turnover": "pulse.cli.analyse_turnover:turnover",
}
"""Where the command of each name stands: its module and the object in it."""


class _AnalyseGroup(click.Group):
    """Loads a command's module only for that command."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_AnalyseGroup)
def analyse() -> None:
    """Analyse figures of your own in CSV files; no installation is needed."""
