"""`pulse demo`: two fictional organisations with 18 months of history, built and served."""

from pathlib import Path

import click

from pulse.cli.frame import today
from pulse.demo.building import build
from pulse.demo.serving import DemoSite, SignIn, demo_sites, make_passwords, serve


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-data"),
    help="Where the fictional organisations are kept; demo-data without.",
)
@click.option("--port", default=8000, help="Port of the city; the charity takes the next one.")
@click.option("--build-only", is_flag=True, help="Make the data, print the passwords and end.")
def demo(*, folder: Path, port: int, build_only: bool) -> None:
    """Build a fictional city's children's services and a small charity, and serve both.

    What is there from last time is kept; the passwords are new each time.
    """
    sites = demo_sites(folder.absolute(), port)
    for site in sites:
        if not site.settings.home.exists():
            click.echo(f"Building {site.organisation.name} in {site.settings.home}")
            build(site.organisation, site.settings, click.echo, today=today())
    sign_ins = [make_passwords(site) for site in sites]
    if build_only:
        _introduce(sites, sign_ins)
        return
    serve(sites, lambda: _introduce(sites, sign_ins))


def _introduce(sites: tuple[DemoSite, ...], sign_ins: list[tuple[SignIn, ...]]) -> None:
    for site, made in zip(sites, sign_ins, strict=True):
        click.echo("")
        click.echo(
            f"{site.organisation.name}: {site.settings.public_url} "
            f"(figures from {site.organisation.threshold} people on)"
        )
        for sign_in in made:
            click.echo(f"  {sign_in.name:<8}{sign_in.password:<20}{sign_in.who}")
        if site.organisation.has_open_wave:
            click.echo(f"  staff never sign in; their mail: {site.settings.public_url}/mailbox")
    click.echo("\nEverything here is invented. Stop with Ctrl+C.")
