"""Usernames folded so that a folded one stays as it is: see `infra.identifiers.fold_username`.

Two usernames that were told apart may now be one. Who came first has the key then, and logs in as
before; the later one keeps the old key, to which nothing is folded any more, and is told on
standard error: they cannot log in until somebody gives them another username.
"""

from __future__ import annotations

import sys
import unicodedata

from django.db import migrations

MAX_USERNAME_KEY_LENGTH = 255


def fold(username):
    """As the project folded them when this was written."""
    decomposed = unicodedata.normalize("NFD", username)
    once = unicodedata.normalize("NFKC", decomposed.casefold())
    return unicodedata.normalize("NFKC", once.casefold())


def refold(apps, schema_editor):
    people = apps.get_model("roster", "User").objects.using(schema_editor.connection.alias)
    named = people.exclude(username=None).order_by("pk")
    changing = [
        (pk, username, fold(username))
        for pk, username, key in named.values_list("pk", "username", "username_key").iterator()
        if not username.isascii() and fold(username) != key
    ]
    for pk, username, key in changing:
        namesake = people.filter(username_key=key).values_list("username", flat=True).first()
        if namesake is None and len(key) <= MAX_USERNAME_KEY_LENGTH:
            people.filter(pk=pk).update(username_key=key)
        else:
            told = "is too long" if namesake is None else f"is “{namesake}” in another case"
            sys.stderr.write(f"The username “{username}” (id {pk}) {told}: give them another.\n")


class Migration(migrations.Migration):
    dependencies = [("roster", "0004_membership_view")]

    operations = [migrations.RunPython(refold, migrations.RunPython.noop)]
