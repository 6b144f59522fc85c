"""The one console script, `pulse`; each command's module is loaded when it is asked for."""

from importlib import import_module

import click

from pulse.cli.frame import FramedGroup

_COMMANDS = {
    "account": "pulse.cli.account:account",
    "analyse": "pulse.cli.analyse:analyse",
    "attack": "pulse.cli.attack:attack",
    "box": "pulse.cli.box:box",
    "demo": "pulse.cli.demo:demo",
    "health": "pulse.cli.health:health",
    "import": "pulse.cli.imports:imports",
    "init": "pulse.cli.init:init",
    "log": "pulse.cli.log:log",
    "mail": "pulse.cli.mail:mail",
    "protect": "pulse.cli.protect:protect",
    "serve": "pulse.cli.serve:serve",
    "upgrade": "pulse.cli.upgrade:upgrade",
    "wave": "pulse.cli.wave:wave",
    "worker": "pulse.cli.worker:worker",
}
"""Where the command of each name stands: its module and the object in it."""


class LazyGroup(FramedGroup):
    """A group that imports a command's module only for that command, so that each starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=LazyGroup)
@click.version_option(package_name="pulse-survey", prog_name="pulse")
def main() -> None:
    """Anonymous staff pulse surveys and morale analytics.

    `pulse init` makes a new installation; every command has --help.
    """
