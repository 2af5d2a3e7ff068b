"""Limits of the new skills and items that learners may name (contract 0.11).

The catalogue belongs to the facility. Apps with a key create whatever they name; a learner with a
login or a token may add a few skills and items, so that nobody fills the catalogue of all.
"""

from __future__ import annotations

from uuid import UUID

from infra.api import throttle_counter

MAX_PER_REQUEST = 200


class TooManyNewNames(ValueError):
    """You have named too many new skills or items today."""


def allowance(learner_id: UUID) -> int:
    """Return how many new names a request of a learner may have."""
    is_exhausted = throttle_counter.retry_after("user_names", learner_id.hex) is not None
    return 0 if is_exhausted else MAX_PER_REQUEST


def charge(learner_id: UUID, names: int) -> None:
    """Count new names that a learner has added."""
    throttle_counter.charge("user_names", learner_id.hex, names)
