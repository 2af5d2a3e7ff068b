"""Template filters of `infra.admin.quantities`: durations, shares, changes and numbers."""

from __future__ import annotations

from django import template

from infra.admin import quantities

register = template.Library()

register.filter("duration", quantities.duration)
register.filter("longer", quantities.duration_change)
register.filter("share", quantities.percent)
register.filter("signed", quantities.signed)
register.filter("fraction", quantities.rounded)
