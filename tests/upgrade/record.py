"""Store digests and descriptions of the current migrations: `python -m tests.upgrade.record`.

Run this after a new migration has landed, never to accept an edited one: databases that are
already migrated would not get the change.
"""

from __future__ import annotations

import os
import subprocess
import sys

ONE = "--one"


def main() -> int:
    """Record on SQLite and on a temporary PostgreSQL server, each in a separate process."""
    if ONE in sys.argv:
        return _record_one()
    environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    command = [sys.executable, "-m", "tests.upgrade.record", ONE]
    with_postgres = [sys.executable, "-m", "tests.postgres", *command]
    runs = [
        subprocess.run(command_line, env=environment, check=False)
        for command_line in (command, with_postgres)
    ]
    return max(run.returncode for run in runs)


def _record_one() -> int:
    """Record on a migrated database, because the tests compare on one."""
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
