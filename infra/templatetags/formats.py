"""Template filters of `infra.admin.formats`: percentages, numbers, durations and times."""

from __future__ import annotations

from django import template

from infra.admin import formats

register = template.Library()

register.filter("percent", formats.percent)
register.filter("decimal", formats.decimal)
register.filter("duration", formats.duration)
register.filter("moment", formats.moment)
