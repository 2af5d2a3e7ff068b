"""Read-only admin of learners' skill states, learning events and item memories."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.db.models import Model, Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import exports, labels
from analytics.admin.filters import PlateauFilter, SkillFilter, SourceFilter
from analytics.catalogue.skills import content_titles
from analytics.core.confidence import too_few_answers
from analytics.models import Item, ItemMemory, LearningEvent, Skill, SkillState
from analytics.models.events import NEWEST_FIRST
from analytics.models.memories import LATEST_REVIEWED_FIRST
from analytics.models.states import LATEST_PRACTISED_FIRST
from infra.admin.filters import DateFilter
from infra.admin.html import badge, bar, detail_url, moment, page_link, short_id, stacked_lines
from infra.admin.quantities import duration, percent
from infra.identifiers import parse_uuid
from roster.admin.export_mixin import ExportableAdmin
from roster.admin.learner_filter import LearnerFilter
from roster.admin.learner_records import VisibleLearnersAdmin
from roster.admin.links import learner_link
from roster.admin.place_filters import ClassFilter, FacilityFilter, GroupFilter
from roster.models import Facility, User

LEARNER_FILTERS = (FacilityFilter, ClassFilter, GroupFilter, LearnerFilter)
MAX_ITEMS = 100

B = TypeVar("B", bound=Model)


def skill_name(skill: Skill | None) -> SafeString | str:
    """Return the name of a skill, linked to its page; a short id for exercises without a title."""
    if skill is None:
        return ""
    key = None if skill.title else parse_uuid(skill.code)
    return page_link(short_id(key) if key else skill, "coach_skill", skill.pk)


def item_name(item: Item, *, asks: str | None, content: str | None) -> SafeString:
    """Return the question or name of an item, linked to its page, above its content."""
    code, name = _split_code(item)
    key = parse_uuid(code)
    if key is None:
        label = asks or item.code or labels.short_ids(str(item))
        return page_link(label, "coach_item", item.pk)
    return stacked_lines(page_link(asks or name, "coach_item", item.pk), content or short_id(key))


def _split_code(item: Item) -> tuple[str, str]:
    """Return the id of an item's content and the item's name in it, both from the item's code."""
    content, __, name = (item.code or "").partition(":")
    return content, name


class LearnersAdmin(ExportableAdmin[B], VisibleLearnersAdmin[B]):
    """Base of the admin of learners' rows in the learner model."""

    learner = "learner"
    export_facility = "learner__facility"

    def items_starting_with(self, word: str, viewer: User) -> Q:
        """Return a condition: the item's code, or its name in the content, starts with `word`."""
        matches = Q(code__startswith=word) | Q(name__startswith=word)
        items = Item.objects.filter(matches, facility__in=Facility.objects.known_to(viewer))
        return Q(item__in=list(items.order_by("pk").values_list("pk", flat=True)[:MAX_ITEMS]))

    @admin.display(description=gettext_lazy("Learner"))
    def learner_name(self, row: Any) -> SafeString:
        return learner_link(row.learner)

    @admin.display(description=gettext_lazy("Skill"))
    def skill_name(self, row: Any) -> SafeString | str:
        return skill_name(row.skill)


class ItemRowsAdmin(LearnersAdmin[B]):
    """Base of the admin of rows about items, shown by their question where an app knows it."""

    def attach_related(self, rows: list[B]) -> None:
        """Load the questions of the items and the titles of their contents."""
        items = [row.item for row in cast("list[Any]", rows) if row.item is not None]
        questions = cast("Any", self.admin_site).item_names({item.pk for item in items})
        titles = content_titles({_split_code(item)[0] for item in items})
        for item in items:
            item.asks, item.content_title = questions.get(item.pk), titles.get(_split_code(item)[0])

    @admin.display(description=gettext_lazy("Item"))
    def item_name(self, row: Any) -> SafeString | str:
        item = row.item
        return item_name(item, asks=item.asks, content=item.content_title) if item else ""


@admin.register(SkillState)
class SkillStateAdmin(LearnersAdmin[SkillState]):
    export_columns = exports.STATES
    list_display = [
        "learner_name", "skill_name", "known", "answers", "gain", "stuck", "practised",
    ]  # fmt: skip
    list_display_links = ["practised"]
    list_select_related = ["learner", "skill"]
    list_filter = [*LEARNER_FILTERS, SkillFilter, PlateauFilter, DateFilter]
    list_defer = ["course"]
    date_field = "last_practised"
    ordering = [*LATEST_PRACTISED_FIRST]
    sortable_by = ["practised"]
    exclude = ["course"]

    def page_url(self, row: SkillState) -> str | None:
        return detail_url("coach_practice", row.learner_id, row.skill_id)

    @admin.display(description=gettext_lazy("Mastery"))
    def known(self, row: SkillState) -> SafeString | str:
        if too_few_answers(row.attempts):
            return labels.level(row.mastery, row.attempts)
        return bar(labels.within_limits(row.mastery))

    @admin.display(description=gettext_lazy("Right"))
    def answers(self, row: SkillState) -> str:
        return labels.out_of(row.correct, row.attempts)

    @admin.display(description=gettext_lazy("Gain per answer"))
    def gain(self, row: SkillState) -> str:
        return labels.velocity(row.velocity)

    @admin.display(description=gettext_lazy("Stuck"))
    def stuck(self, row: SkillState) -> SafeString | str:
        return badge(_("⚠ stuck"), "bad") if row.plateau else ""

    @admin.display(description=gettext_lazy("Practised"), ordering="last_practised")
    def practised(self, row: SkillState) -> SafeString:
        return moment(row.last_practised)


@admin.register(LearningEvent)
class LearningEventAdmin(ItemRowsAdmin[LearningEvent]):
    export_columns = exports.EVENTS
    list_display = [
        "happened", "learner_name", "skill_name", "item_name", "result", "expected", "moved",
        "took", "came_by",
    ]  # fmt: skip
    list_select_related = ["learner", "skill", "item"]
    list_filter = [*LEARNER_FILTERS, SkillFilter, SourceFilter, DateFilter]
    search_help_text = gettext_lazy("Name, username or id of a learner, or an item")
    facility = export_facility = "facility"
    date_field = "happened_at"
    ordering = list(NEWEST_FIRST)
    sortable_by = ["happened"]
    item_search_field = "item"

    def page_url(self, row: LearningEvent) -> str | None:
        if row.skill_id is None:
            return detail_url("coach_item", row.item_id) if row.item_id else None
        return detail_url("coach_practice", row.learner_id, row.skill_id)

    @admin.display(description=gettext_lazy("When"), ordering="happened_at")
    def happened(self, row: LearningEvent) -> SafeString:
        return moment(row.happened_at)

    @admin.display(description=gettext_lazy("Result"))
    def result(self, row: LearningEvent) -> SafeString:
        if row.score in (0, 1):
            return badge(_("✓ right"), "good") if row.score else badge(_("✗ wrong"), "bad")
        return badge(f"½ {percent(row.score)}", "warn")

    @admin.display(description=gettext_lazy("Expected"))
    def expected(self, row: LearningEvent) -> str:
        return percent(row.p_correct)

    @admin.display(description=gettext_lazy("Mastery"))
    def moved(self, row: LearningEvent) -> str:
        if row.mastery_before is None or row.mastery_after is None:
            return ""
        before = labels.within_limits(row.mastery_before)
        after = labels.within_limits(row.mastery_after)
        return f"{percent(before)} → {percent(after)}"

    @admin.display(description=gettext_lazy("Time"))
    def took(self, row: LearningEvent) -> str:
        return duration(row.seconds)

    @admin.display(description=gettext_lazy("Source"))
    def came_by(self, row: LearningEvent) -> str:
        return str(row.get_source_display())


@admin.register(ItemMemory)
class ItemMemoryAdmin(ItemRowsAdmin[ItemMemory]):
    export_columns = exports.MEMORIES
    list_display = [
        "learner_name", "item_name", "reviewed", "lasts", "is_due", "reviews_right", "took",
    ]  # fmt: skip
    list_display_links = ["reviewed"]
    list_select_related = ["learner", "item"]
    list_filter = [*LEARNER_FILTERS, DateFilter]
    search_help_text = gettext_lazy("Name, username or id of a learner, or an item")
    date_field = "last_review"
    ordering = [*LATEST_REVIEWED_FIRST]
    sortable_by = ["reviewed"]
    item_search_field = "item"

    def page_url(self, row: ItemMemory) -> str | None:
        return detail_url("coach_item", row.item_id)

    @admin.display(description=gettext_lazy("Last review"), ordering="last_review")
    def reviewed(self, row: ItemMemory) -> SafeString:
        return moment(row.last_review)

    @admin.display(description=gettext_lazy("Remembered for"))
    def lasts(self, row: ItemMemory) -> str:
        return duration(timedelta(days=row.stability).total_seconds())

    @admin.display(description=gettext_lazy("Due"))
    def is_due(self, row: ItemMemory) -> SafeString:
        return moment(row.due)

    @admin.display(description=gettext_lazy("Reviews"))
    def reviews_right(self, row: ItemMemory) -> str:
        if not row.reviews:
            return ""
        # A partly right answer counts half, so this is not a number of right answers.
        mean = percent(row.score / row.reviews)
        return _("%(reviews)d, mean score %(share)s") % {"reviews": row.reviews, "share": mean}

    @admin.display(description=gettext_lazy("Time"))
    def took(self, row: ItemMemory) -> str:
        return duration(row.seconds) if row.timed else ""
