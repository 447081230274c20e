#!/usr/bin/env python
"""Django's own commands; people use ``sonae``."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sonae.config.settings.run")
    execute_from_command_line(sys.argv)
