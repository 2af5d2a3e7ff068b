"""Store what the migrations are now: `python -m tests.upgrade.record`.

To be run once a new migration has landed, never to let an edited one pass: databases that were
migrated before would stay as the old one left them.
"""

from __future__ import annotations

import os
import subprocess
import sys

ONE = "--one"


def main() -> int:
    """Record on SQLite and on a PostgreSQL of our own, each in a process of its own."""
    if ONE in sys.argv:
        return _record_one()
    environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    this = [sys.executable, "-m", "tests.upgrade.record", ONE]
    beside_postgres = [sys.executable, "-m", "tests.postgres", *this]
    runs = [subprocess.run(each, env=environment, check=False) for each in (this, beside_postgres)]
    return max(run.returncode for run in runs)


def _record_one() -> int:
    """Record on a migrated database, as the tests compare on one."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django
    from django.db import connection

    django.setup()
    from tests.upgrade import migrations

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        migrations.record()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
