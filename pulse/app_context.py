"""What belongs to the running application and not to one request."""

from collections.abc import Mapping

from flask import current_app

from pulse.config import Settings
from pulse.stores import Stores

_SETTINGS = "pulse.settings"
_STORES = "pulse.stores"


def keep_settings(extensions: dict[str, object], settings: Settings, stores: Stores) -> None:
    """Lay settings and open stores where `current_settings` and `current_stores` find them."""
    extensions[_SETTINGS] = settings
    extensions[_STORES] = stores


def current_settings() -> Settings:
    settings: Settings = current_app.extensions[_SETTINGS]
    return settings


def current_stores() -> Stores:
    """Return the open stores of the application that answers the present request."""
    return stores_of(current_app.extensions)


def stores_of(extensions: Mapping[str, object]) -> Stores:
    """Return the open stores that were laid there, outside a request.

    Raises:
        TypeError: none were.
    """
    stores = extensions.get(_STORES)
    if not isinstance(stores, Stores):
        raise TypeError("the application has no stores")
    return stores
