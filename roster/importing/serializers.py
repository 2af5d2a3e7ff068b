"""Serializers that validate the JSON of a roster file and return a `RosterFile`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rest_framework import serializers

from infra.api.fields import NormalizedCharField, TimeField, UniqueUUIDsField
from infra.password_length import MAX_PASSWORD_LENGTH
from infra.time_zones import MAX_NAME_LENGTH
from roster.importing.schema import (
    AssignableEntry,
    ClassroomEntry,
    FacilityEntry,
    GroupEntry,
    KeyEntry,
    RosterFile,
    UserEntry,
)
from roster.models import Scope
from roster.models.assignments import MAX_CONTENTS
from roster.models.facilities import validate_time_zone
from roster.models.people import validate_username

ROLES = ["superuser", "admin", "coach", "learner"]


def _username_list() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=150), default=list)


class FacilityEntrySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    partner_id = NormalizedCharField(max_length=100, default=None, allow_null=True)
    time_zone = serializers.CharField(
        max_length=MAX_NAME_LENGTH, default=None, allow_null=True, validators=[validate_time_zone]
    )


class UserEntrySerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150, validators=[validate_username])
    password = serializers.CharField(
        max_length=MAX_PASSWORD_LENGTH, default=None, allow_null=True, trim_whitespace=False
    )
    full_name = serializers.CharField(
        max_length=200, default=None, allow_null=True, allow_blank=True
    )
    external_id = NormalizedCharField(
        max_length=255, default=None, allow_null=True, trim_whitespace=False
    )
    role = serializers.ChoiceField(choices=ROLES, default=None, allow_null=True)


class GroupEntrySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    learners = _username_list()


class ClassroomEntrySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    coaches = _username_list()
    learners = _username_list()
    groups = GroupEntrySerializer(many=True, default=list)


class AssignableEntrySerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    active = serializers.BooleanField(default=None, allow_null=True)
    draft = serializers.BooleanField(default=None, allow_null=True)
    archived = serializers.BooleanField(default=None, allow_null=True)
    due_at = TimeField(default=None, allow_null=True)
    contents = UniqueUUIDsField(default=None, allow_null=True, max_length=MAX_CONTENTS)
    assigned_to = serializers.ListField(child=serializers.CharField(), default=list)


class KeyEntrySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=list(Scope)), allow_empty=False
    )


class RosterFileSerializer(serializers.Serializer[Any]):
    """The whole roster file."""

    facility = FacilityEntrySerializer()
    users = UserEntrySerializer(many=True, default=list)
    classrooms = ClassroomEntrySerializer(many=True, default=list)
    lessons = AssignableEntrySerializer(many=True, default=list)
    quizzes = AssignableEntrySerializer(many=True, default=list)
    course_sessions = AssignableEntrySerializer(many=True, default=list)
    api_keys = KeyEntrySerializer(many=True, default=list)

    def command(self) -> RosterFile:
        """Return the validated file as frozen dataclasses."""
        data = self.validated_data
        return RosterFile(
            facility=FacilityEntry(**data["facility"]),
            users=[UserEntry(**user) for user in data["users"]],
            classrooms=[
                ClassroomEntry(
                    **{**room, "groups": [GroupEntry(**group) for group in room["groups"]]}
                )
                for room in data["classrooms"]
            ],
            lessons=[AssignableEntry(**entry) for entry in data["lessons"]],
            quizzes=[AssignableEntry(**entry) for entry in data["quizzes"]],
            course_sessions=[AssignableEntry(**entry) for entry in data["course_sessions"]],
            api_keys=[KeyEntry(**key) for key in data["api_keys"]],
        )


def unknown(data: Any, serializer: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of unknown fields in a file, like ``classrooms[0].coachs``."""
    if isinstance(serializer, serializers.ListSerializer):
        for place, entry in enumerate(data or []):
            yield from unknown(entry, serializer.child, f"{path}[{place}]")
    elif isinstance(serializer, serializers.Serializer) and isinstance(data, dict):
        for name, value in data.items():
            step = f"{path}.{name}".lstrip(".")
            if name in serializer.fields:
                yield from unknown(value, serializer.fields[name], step)
            else:
                yield step


def problems(errors: Any, path: str = "") -> Iterator[str]:
    """Yield nested errors as lines like ``users[3].role: "boss" is not a valid choice.``"""
    if isinstance(errors, dict):
        for name, inner in errors.items():
            if isinstance(name, int):
                step = f"{path}[{name}]"
            elif name == "non_field_errors":
                step = path
            else:
                step = f"{path}.{name}".lstrip(".")
            yield from problems(inner, step)
    elif isinstance(errors, list) and any(isinstance(inner, dict) for inner in errors):
        for place, inner in enumerate(errors):
            yield from problems(inner, f"{path}[{place}]")
    else:
        for message in errors:
            yield f"{path or 'file'}: {message}"
