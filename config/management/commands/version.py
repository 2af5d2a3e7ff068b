"""`manage.py version`: the versions of LearnTrace and of what it runs on."""

from __future__ import annotations

import platform
from typing import Any

import django
from django.core.management.base import BaseCommand
from django.db import connection

from config.version import VERSION


class Command(BaseCommand):
    help = "Print the version of LearnTrace, of Python, of Django and of the database."

    def handle(self, *_args: Any, **_options: Any) -> None:
        connection.ensure_connection()
        database = ".".join(map(str, connection.get_database_version()))
        self.stdout.write(f"LearnTrace {VERSION}")
        self.stdout.write(f"Python {platform.python_version()}")
        self.stdout.write(f"Django {django.__version__}")
        self.stdout.write(f"{connection.display_name} {database}")
