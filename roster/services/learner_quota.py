"""The quota of bytes that all callers together may record for one learner (contract 0.11)."""

from __future__ import annotations

from uuid import UUID

from infra.api import throttle_counter


class LearnerQuotaUsed(Exception):
    """Too much was recorded for this learner within a day."""


def is_quota_used(learner_id: UUID) -> bool:
    """Return whether nothing more may be recorded for a learner at present."""
    return throttle_counter.retry_after("learner_bytes", learner_id.hex) is not None


def charge_learner(learner_id: UUID, *, rows: int, size: int = 0) -> None:
    """Count rows that were recorded for a learner, and the bytes of their texts."""
    throttle_counter.charge(
        "learner_bytes", learner_id.hex, size + rows * throttle_counter.ROW_BYTES
    )
