"""Numbers as people read them, in templates."""

from __future__ import annotations

from django import template

from roster import words

register = template.Library()

register.filter("percent", words.percent)
register.filter("decimal", words.decimal)
register.filter("duration", words.duration)
register.filter("moment", words.moment)
