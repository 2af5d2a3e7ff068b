"""The project's settings for tests: fast password hashing, no pool, no static files manifest."""

from __future__ import annotations

import os
import re
from pathlib import Path

# Nothing from a developer's .env file or shell may affect a test.
os.environ["READ_ENV_FILE"] = "false"
for name in re.findall(r"^#?([A-Z_]+)=", Path(".env.example").read_text(), re.MULTILINE):
    os.environ.pop(name, None)
os.environ["SECRET_KEY"] = "test" * 16
os.environ["DATABASE_POOL"] = "false"
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "sqlite:///var/test.sqlite3")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, ON_SQLITE  # noqa: E402

if ON_SQLITE:
    # A file, because the threads of one test share one database.
    DATABASES["default"]["TEST"] = {"NAME": "var/test.sqlite3"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
