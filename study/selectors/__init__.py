"""Reads of study results that need several queries."""

from __future__ import annotations

from study.selectors.catalogue import UnknownItem, UnknownSet
from study.selectors.hourly_efficiency import hours
from study.selectors.learners import learner_of_partner
from study.selectors.partners import ForeignPartner, partner_of
from study.selectors.progress import ItemProgress, SetProgress, item_progress, set_progress
from study.selectors.review_queue import Page, Review, ReviewPage, reviews
from study.selectors.scoping import known_item, known_set, sets_of

__all__ = [
    "ForeignPartner",
    "ItemProgress",
    "Page",
    "Review",
    "ReviewPage",
    "SetProgress",
    "UnknownItem",
    "UnknownSet",
    "hours",
    "item_progress",
    "known_item",
    "known_set",
    "learner_of_partner",
    "partner_of",
    "reviews",
    "set_progress",
    "sets_of",
]
