"""Pages show no level with fewer than five answers: learning-science 6."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.dashboard.practice import look, now, practise, skill
from tests.factories import School
from tests.infra.export_client import body, export, read_csv

pytestmark = pytest.mark.django_db
FEW = "too few answers"


def sections(school: School) -> dict[str, str]:
    """Return the parts of the coach's pages and lists that show the mastery of algebra."""
    ada, algebra = school.ada.pk, skill(school.ada).pk
    practice = look(school.coach, "coach_practice", ada, algebra).split('id="now-title"')[1]
    return {
        "front page": look(school.coach, "index").split('class="heat"')[1].split("heat-key")[0],
        "learner": look(school.coach, "coach_learner", ada).split('id="skills-title"')[1],
        "practice": practice.split("</section>")[0],
        "skill": look(school.coach, "coach_skill", algebra).split('id="learners-title"')[1],
        "list": look(school.coach, "analytics_skillstate_changelist").split('id="result_list"')[1],
    }


@pytest.mark.parametrize(("scores", "level"), [("1111", None), ("11111", "99 %")])
def test_a_level_needs_five_answers(school: School, scores: str, level: str | None):
    practise(school.ada, scores)

    for name, section in sections(school).items():
        assert (FEW in section) == (level is None), name
        assert ("99 %" in section) == (level is not None), name
        assert ("✓" in section) <= (level is not None), name


def test_a_skill_with_too_few_answers_is_not_counted_or_drawn(school: School):
    practise(school.ada, "1111", "geometry")
    practise(school.ada, "11111")

    page = look(school.coach, "coach_learner", school.ada.pk)

    assert "1 of 2" in page.split("Skills mastered")[1].split("</dd>")[0]
    assert page.count('<path class="line') == 1 + 1  # one line, and the same in the legend


def test_learners_with_too_few_answers_come_last(school: School):
    practise(school.ada, "0")
    practise(school.ben, "11111")

    table = look(school.facility_coach, "coach_skill", skill(school.ada).pk).split("<tbody>")[-1]

    assert table.index(str(school.ben)) < table.index("Ada")


def test_there_is_no_alert_about_a_skill_but_one_about_absence(school: School):
    practise(school.ada, "0000", days_ago=20)
    with time_machine.travel(now() - timedelta(days=19)):
        early = look(school.coach, "index")

    late = look(school.coach, "index")

    assert "algebra" not in early.split('id="help-title"')[1].split("</section>")[0]
    assert "No answer for 20 days" in late


def test_exports_say_that_answers_are_too_few(school: School):
    practise(school.ada, "1111", "geometry")
    practise(school.ada, "11111")
    rows = read_csv(body(export(school.admin, "analytics/skillstate")))

    assert {row["skill"]: (row["confidence"], row["too few answers"]) for row in rows} == {
        "algebra": ("0.5", "false"),
        "geometry": ("0.4444444444444444", "true"),
    }
