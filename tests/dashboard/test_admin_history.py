"""History pages in the admin: a row that may not be read is a 404, like an unknown one."""

from __future__ import annotations

import pytest
from django.contrib import admin
from uuid_utils.compat import uuid7

from roster.models import CourseSession
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_lesson, make_quiz
from tests.infra.export_client import browser

VIEWERS = ["coach", "facility_coach", "admin", "superuser", "foreign_coach"]


@pytest.mark.parametrize("who", VIEWERS)
def test_a_history_that_may_not_be_read_is_a_404(school: School, who: str):
    """contract 0.7: no answer says that a row exists."""
    client_for(school.ada).work(exercise(), answered("q"))
    client_for(school.stranger).work(exercise(), answered("q"))
    make_lesson(school.class_7a)
    make_quiz(school.class_7a)
    school.key()
    CourseSession.objects.create(facility=school.facility, title="course")
    window, readable = browser(getattr(school, who)), set()

    for model in admin.site._registry:
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
        for key in [uuid7(), *model._default_manager.values_list("pk", flat=True)]:
            status = window.get(f"{path}/{key}/history/").status_code
            is_readable = window.get(f"{path}/{key}/change/").status_code == 200
            assert status == (200 if is_readable else 404), (path, key)
            readable |= {model} if is_readable else set()

    assert readable
