"""The door for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from sonae.config.kept_plans import keep_plans

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sonae.config.settings.run")
application = get_wsgi_application()
keep_plans(connections.settings["default"])
