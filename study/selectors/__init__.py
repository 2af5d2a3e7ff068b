"""Reads of study results that need several queries."""

from __future__ import annotations

from study.selectors.catalogue import UnknownItem, UnknownSet
from study.selectors.hourly_efficiency import hourly_efficiency
from study.selectors.learners import learner_of_partner
from study.selectors.partners import PartnerMismatch, get_partner
from study.selectors.progress import ItemProgress, SetProgress, item_progress, set_progress
from study.selectors.review_queue import Page, Review, ReviewPage, reviews
from study.selectors.scoping import get_visible_item, get_visible_set, visible_sets

__all__ = [
    "ItemProgress",
    "Page",
    "PartnerMismatch",
    "Review",
    "ReviewPage",
    "SetProgress",
    "UnknownItem",
    "UnknownSet",
    "get_partner",
    "get_visible_item",
    "get_visible_set",
    "hourly_efficiency",
    "item_progress",
    "learner_of_partner",
    "reviews",
    "set_progress",
    "visible_sets",
]
