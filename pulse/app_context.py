"""What belongs to the running application and not to one request."""

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
    stores: Stores = current_app.extensions[_STORES]
    return stores
