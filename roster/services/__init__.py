"""Services of the roster: find and lock learners, manage keys, roles and the audit log."""

from __future__ import annotations

from roster.services.auditing import (
    add_entry,
    record_added,
    record_changed,
    record_export,
    record_import,
    record_removed,
    recording_change,
)
from roster.services.credentials import (
    UnknownKey,
    create_api_key,
    find_key,
    issue_token,
    learner_of_token,
    purge_tokens,
    record_key_use,
    revoke_key,
)
from roster.services.enrolment import (
    assign_role,
    enrol,
    grant_staff_access,
    join_group,
    revoke_staff_access,
)
from roster.services.learners import (
    AuthenticationRequired,
    CannotRecordForOthers,
    UnknownLearner,
    default_facility,
    get_one,
    guest_facility,
    lock_learner,
    lock_learner_by_identifier,
    lock_learners_by_identifier,
    lock_one,
    lock_unlocked_learners,
    resolve_and_lock_learner,
)
from roster.services.moving import end_memberships, move_people

__all__ = [
    "AuthenticationRequired",
    "CannotRecordForOthers",
    "UnknownKey",
    "UnknownLearner",
    "add_entry",
    "assign_role",
    "create_api_key",
    "default_facility",
    "end_memberships",
    "enrol",
    "find_key",
    "get_one",
    "grant_staff_access",
    "guest_facility",
    "issue_token",
    "join_group",
    "learner_of_token",
    "lock_learner",
    "lock_learner_by_identifier",
    "lock_learners_by_identifier",
    "lock_one",
    "lock_unlocked_learners",
    "move_people",
    "purge_tokens",
    "record_added",
    "record_changed",
    "record_export",
    "record_import",
    "record_key_use",
    "record_removed",
    "recording_change",
    "resolve_and_lock_learner",
    "revoke_key",
    "revoke_staff_access",
]
