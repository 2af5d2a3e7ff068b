"""Run a management command: `python manage.py help` lists them."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command, execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Commands are not requests: they take the time they need.
    os.environ |= {"REQUEST_LOCK_TIMEOUT": "0s", "REQUEST_STATEMENT_TIMEOUT": "0s"}
    if sys.argv[1:] == ["version"]:  # otherwise Django prints its own
        django.setup()
        call_command("version")
    else:
        execute_from_command_line(sys.argv)
