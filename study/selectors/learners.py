"""Lookup of the learner that a read request names, in the partner it names."""

from __future__ import annotations

from analytics.selectors import readable_learner
from roster.models import Actor, User
from roster.services import UnknownLearner
from study.selectors.partners import get_partner


def learner_of_partner(actor: Actor, name: str, *, partner_id: str) -> User:
    """Return the learner with this id.

    Raises
    ------
    PartnerMismatch : the partner is not the caller's.
    UnknownLearner : the partner has no such learner, or none the caller may read.
    """
    facility_id = get_partner(actor, partner_id)
    learner = readable_learner(actor, name)
    if learner.facility_id != facility_id:
        raise UnknownLearner
    return learner
