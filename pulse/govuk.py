"""The GOV.UK Frontend macros, drawn apart from our own templates.

Those macros read attributes of attributes that nobody set, so they need Jinja's chainable
undefined. Ours are drawn under `StrictUndefined`, where a misspelt name is an error. Two
environments give each what it needs.
"""

from collections.abc import Mapping
from functools import cache

from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader, Template
from markupsafe import Markup

_PACKAGE = "govuk_frontend_jinja"


def govuk(component: str, params: Mapping[str, object]) -> Markup:
    """Return the markup of a component such as "error-summary".

    Args:
        component: the component's name in GOV.UK Frontend, with hyphens.
        params: its parameters as the GOV.UK Design System describes them.
    """
    return Markup(_drawing(component).render(params=params))  # noqa: S704 - autoescape is on below


@cache
def _drawing(component: str) -> Template:
    macro = "govuk" + "".join(part.capitalize() for part in component.split("-"))
    return _environment().from_string(
        f'{{% from "{_PACKAGE}/components/{component}/macro.html" import {macro} %}}'
        f"{{{{ {macro}(params) }}}}"
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PrefixLoader({_PACKAGE: PackageLoader(_PACKAGE)}),
        undefined=ChainableUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
