"""Reads of study results that need several queries."""

from __future__ import annotations

from study.selectors.catalogue import UnknownItem, UnknownSet
from study.selectors.hourly_efficiency import get_hourly_efficiency
from study.selectors.learners import learner_of_partner
from study.selectors.partners import PartnerMismatch, get_partner
from study.selectors.progress import ItemProgress, SetProgress, get_item_progress, get_set_progress
from study.selectors.review_queue import Page, Review, ReviewPage, get_review_page
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
    "get_hourly_efficiency",
    "get_item_progress",
    "get_partner",
    "get_review_page",
    "get_set_progress",
    "get_visible_item",
    "get_visible_set",
    "learner_of_partner",
    "visible_sets",
]
