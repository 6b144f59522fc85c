"""Entry of a WSGI server in a checkout: `gunicorn wsgi:app`. `pulse serve` needs it not."""

import os

from pulse.app import served_app
from pulse.config import Settings

app = served_app(Settings.from_environ(os.environ))
