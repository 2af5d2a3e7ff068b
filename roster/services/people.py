"""Services that add, change and delete users."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from infra.identifiers import username_problem
from roster import services
from roster.models import Actor, Facility, User
from roster.services.erasure import erase_person
from roster.services.permissions import (
    InvalidField,
    NotAllowed,
    UnknownReference,
    UnknownRow,
    check_unchanged,
    lock_facility,
    manages,
    require_can_change,
)

_UPDATE_FIELDS = [
    "username", "username_key", "full_name", "external_id", "password", "is_superuser", "is_staff",
]  # fmt: skip


class PersonFields(TypedDict, total=False):
    """Writable fields of a user."""

    username: str | None
    full_name: str
    external_id: str | None
    facility_id: UUID | None
    password: str
    is_superuser: bool


def add_person(fields: PersonFields, *, actor: Actor, at: datetime) -> UUID:
    """Create a user, by default in the actor's own facility."""
    own: UUID | None = getattr(actor, "facility_id", None)
    facility_id = fields.get("facility_id") or own
    if not manages(actor, facility_id):
        raise NotAllowed
    person = User(created_at=at, facility_id=facility_id)
    _apply(person, fields, actor)
    # Slow by design, so done before any lock.
    person.password = _hash_password(fields.get("password"), person)
    _insert(person, actor)
    return person.pk


@transaction.atomic
def _insert(person: User, actor: Actor) -> None:
    if person.facility_id:
        lock_facility(person.facility_id, actor=actor, field="facility")
    _save(person, force_insert=True)
    services.record_added(person, actor=actor, facility_id=person.facility_id)


def change_person(pk: UUID, fields: PersonFields, *, actor: Actor) -> None:
    """Change a user; a new password ends their login sessions."""
    hashed = None
    if "password" in fields:
        person = _require_known(User.objects.visible_to(actor).filter(pk=pk).first(), actor)
        person.username = fields.get("username", person.username)
        hashed = _hash_password(fields["password"], person)
    _update(pk, fields, hashed, actor)


@transaction.atomic
def _update(pk: UUID, fields: PersonFields, hashed: str | None, actor: Actor) -> None:
    person = _lock_visible(pk, actor)
    _refuse_facility_change(person, fields, actor)
    with services.recording_change(person, actor=actor, facility_id=person.facility_id):
        _apply(person, fields, actor)
        person.password = hashed or person.password
        if person.is_superuser:
            services.revoke_tokens([person], actor=actor)
        _save(person, update_fields=_UPDATE_FIELDS)


@transaction.atomic
def remove_person(pk: UUID, *, actor: Actor) -> None:
    """Delete a user with all their records; the audit log keeps a pseudonym."""
    person = _lock_visible(pk, actor)
    if actor.pk == pk:
        raise InvalidField(None, "You cannot delete yourself.")
    erase_person(person, actor=actor)


def _lock_visible(pk: UUID, actor: Actor) -> User:
    person = services.lock_one(User.objects.visible_to(actor).filter(pk=pk))
    return _require_known(person, actor)


def _require_known(person: User | None, actor: Actor) -> User:
    if person is None:
        raise UnknownRow
    require_can_change(actor, person)
    return person


def _refuse_facility_change(person: User, fields: PersonFields, actor: Actor) -> None:
    """Reject a change of facility; an invisible one gives the same error as a missing one."""
    named = fields.get("facility_id")
    if named and not Facility.objects.visible_to(actor).filter(pk=named).exists():
        raise (UnknownReference("facility") if actor.is_superuser else NotAllowed)
    check_unchanged("facility", fields, "facility_id", person.facility_id)


def _apply(person: User, fields: PersonFields, actor: Actor) -> None:
    """Set the given fields in memory; only superusers can set `is_superuser`."""
    username = fields.get("username", person.username)
    if username and username != person.username and (problem := username_problem(username)):
        raise InvalidField("username", problem)
    person.username = username
    person.full_name = fields.get("full_name", person.full_name)
    person.external_id = fields.get("external_id", person.external_id)
    if not (person.username or person.external_id):
        raise InvalidField("username", "A username or an id_number is required.")
    if actor.is_superuser and "is_superuser" in fields:
        _set_superuser(person, fields["is_superuser"], actor)
    if not (person.facility_id or person.is_superuser):
        raise InvalidField("facility", "Every user except superusers must belong to a facility.")
    _refuse_taken_names(person)


def _set_superuser(person: User, wanted: bool, actor: Actor) -> None:  # noqa: FBT001
    if wanted == person.is_superuser:
        return
    if person.pk == actor.pk:
        raise InvalidField("is_superuser", "You cannot remove this from yourself.")
    person.is_superuser = wanted
    person.is_staff = wanted or person.roles.exists()


def _refuse_taken_names(person: User) -> None:
    try:
        person.clean()
    except ValidationError as error:
        raise InvalidField("username", " ".join(error.messages)) from None
    if person.external_id is None or person.facility_id is None:
        return
    namesakes = User.objects.in_facility(person.facility_id).filter(external_id=person.external_id)
    if namesakes.exclude(pk=person.pk).exists():
        raise InvalidField("id_number", "This id_number is already in use.")


def _hash_password(password: str | None, person: User) -> str:
    if password is None:
        return make_password(None)
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise InvalidField("password", " ".join(error.messages)) from None
    return make_password(password)


def _save(person: User, **options: Any) -> None:
    """Save a user; raise InvalidField if another user has just taken the name."""
    try:
        with transaction.atomic():
            person.save(**options)
    except IntegrityError:
        _refuse_taken_names(person)
        raise
