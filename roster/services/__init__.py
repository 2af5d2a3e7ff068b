"""Use cases of the roster: locking and finding learners, granting keys and roles."""

from __future__ import annotations

from roster.services.auditing import (
    note,
    note_added,
    note_changed,
    note_export,
    note_import,
    note_removed,
    noting_change,
)
from roster.services.credentials import (
    UnknownKey,
    find_key,
    grant_key,
    issue_token,
    learner_of_token,
    note_use,
    purge_tokens,
    revoke_key,
)
from roster.services.enrolment import appoint, enrol, join_group, let_in, let_out
from roster.services.learners import (
    CredentialsNeeded,
    NotForYou,
    UnknownLearner,
    default_facility,
    guest_facility,
    lock_found,
    lock_learner,
    lock_learner_named,
    lock_learners_named,
    lock_recorded_learner,
    one,
)

__all__ = [
    "CredentialsNeeded",
    "NotForYou",
    "UnknownKey",
    "UnknownLearner",
    "appoint",
    "default_facility",
    "enrol",
    "find_key",
    "grant_key",
    "guest_facility",
    "issue_token",
    "join_group",
    "learner_of_token",
    "let_in",
    "let_out",
    "lock_found",
    "lock_learner",
    "lock_learner_named",
    "lock_learners_named",
    "lock_recorded_learner",
    "note",
    "note_added",
    "note_changed",
    "note_export",
    "note_import",
    "note_removed",
    "note_use",
    "noting_change",
    "one",
    "purge_tokens",
    "revoke_key",
]
