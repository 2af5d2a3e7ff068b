"""The admin's front page (issue: who is stuck, and why, in one minute)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from uuid_utils.compat import uuid7

from analytics.models import LearningEvent
from roster import services
from roster.models import Classroom, LearnerGroup, RoleKind
from tests.conftest import client_for
from tests.dashboard.practice import browser, item, look, now, practise, skill
from tests.factories import School, answered, exercise, make_user

pytestmark = pytest.mark.django_db
STUCK = "0" * 16


def section(page: str, name: str) -> str:
    """Return one part of the front page: help, heat, missed or activity."""
    return page.split(f'id="{name}-title"')[1].split("</section>", maxsplit=1)[0]


def test_who_is_stuck_comes_first_with_the_figure_and_the_threshold(school: School):
    practise(school.ben, "101010101000")
    practise(school.ada, STUCK)

    page = look(school.coach, "index")

    assert page.index("Plateau") < page.index("Wheel-spinning")
    assert re.search(r"8\d % sure to be stuck; flagged from 80 %\.", page)
    assert "12 answers without ever mastering it; the threshold is 10." in page
    assert reverse("admin:coach_learner", args=[school.ada.pk]) in page
    assert reverse("admin:coach_practice", args=[school.ada.pk, skill(school.ada).pk]) in page


def test_a_plateau_that_is_fading_says_why_it_is_flagged_still(school: School):
    """learning-science 3: on from 80 %, off below 30 %."""
    practise(school.ada, "0" * 16 + "1")

    page = look(school.coach, "index")

    told = re.search(
        r"Was 80 % sure to be stuck, now (\d\d) %; the flag goes away below 30 %\.", page
    )
    assert told is not None
    assert 30 <= int(told[1]) < 80


def test_who_stays_away_is_told_with_the_days(school: School):
    practise(school.ada, "111", days_ago=9)

    page = look(school.coach, "index")

    assert "No answer for 9 days; the threshold is 7." in page


def test_nobody_needs_help_where_all_goes_well(school: School):
    practise(school.ada, "11011")

    page = look(school.coach, "index")

    assert "All is well" in page
    assert "sure to be stuck" not in page


def test_the_heat_map_shows_mastery_and_plateaus_in_words_too(school: School):
    practise(school.ada, STUCK, "algebra")
    practise(school.ben, "1" * 8, "geometry")

    heat = look(school.coach, "index").split('class="heat"')[1].split("</table>")[0]

    assert "99 %" in heat
    assert "plateau" in heat
    assert "mastered" in heat
    assert "no answers" in heat


def test_who_did_not_answer_in_these_days_is_named_beside_the_heat_map(school: School):
    make_user(school.facility, username="never_in_class")
    late = services.enrol(make_user(school.facility, username="late"), school.class_7a).user
    practise(school.ada, "1", days_ago=1)
    practise(late, "1", days_ago=20)

    told = section(look(school.coach, "index"), "heat").split("Without answers since")[1]

    assert "(2)" in told.split("</summary>")[0]
    assert re.search(r">ben</bdi></a> <span[^>]*>never<", told)
    assert re.search(r">late</bdi></a> <span[^>]*>20 days ago<", told)
    assert reverse("admin:coach_learner", args=[school.ben.pk]) in told
    assert ">Ada<" not in told
    assert "never_in_class" not in told
    assert ">late<" not in look(school.coach, "index", since="2020-01-01").split("Without")[1]


def test_where_everybody_answered_nobody_is_missed(school: School):
    practise(school.ada, "1")
    practise(school.ben, "1")

    assert "Without answers since" not in look(school.coach, "index")


def test_items_answered_wrong_most_lead_to_who_did(school: School):
    """issue: five answers or more; the latest wrong answer of up to three learners."""
    practise(school.ada, "00000", item="hard")
    practise(school.ben, "0000", item="rare")
    practise(school.ben, "11110", item="easy")

    table = look(school.coach, "index").split('id="missed-title"')[1].split("</section>")[0]

    assert table.index("hard") < table.index("easy")
    assert "100 %" in table
    assert "20 %" in table
    assert "rare" not in table
    assert reverse("admin:coach_item", args=[item(school.ada, "hard").pk]) in table
    assert reverse("admin:coach_practice", args=[school.ada.pk, skill(school.ada).pk]) in table


def test_an_exercises_question_is_called_by_its_name_within_it(school: School):
    client = client_for(school.ada)
    for _again in range(5):
        client.work(exercise(content_id="ab" * 16), answered("question 7", correct=0))

    table = look(school.coach, "index").split('id="missed-title"')[1].split("</section>")[0]

    assert ">question 7<" in table


def test_activity_is_counted_by_day(school: School):
    practise(school.ben, "1111", days_ago=20)
    practise(school.ada, "111", days_ago=1)
    practise(school.ben, "11", days_ago=1)

    page = look(school.coach, "index")

    assert "5 answers in 14 days." in page
    assert "At most 2 learners on one day." in page


def test_a_range_of_days_can_be_chosen(school: School):
    practise(school.ada, "111", "geometry", days_ago=30)
    practise(school.ada, "1", days_ago=1)

    page = look(school.coach, "index", since="2020-01-01")

    assert "4 answers in 92 days." in page


def test_skills_practised_before_these_days_are_not_in_the_heat_map(school: School):
    practise(school.ada, STUCK, "geometry", days_ago=20)
    practise(school.ada, "1", days_ago=1)

    assert "geometry" not in section(look(school.coach, "index"), "heat")
    assert "geometry" in section(look(school.coach, "index", since="2020-01-01"), "heat")


def test_who_is_stuck_is_told_however_long_ago_that_was(school: School):
    """A learner's own page says so, too."""
    practise(school.ada, STUCK, "geometry", days_ago=20)
    practise(school.ada, "1", days_ago=1)

    assert "sure to be stuck" in section(look(school.coach, "index"), "help")
    assert "sure to be stuck" in look(school.coach, "coach_learner", school.ada.pk)


def test_what_the_days_do_not_change_says_that_it_is_as_of_today(school: School):
    practise(school.ada, STUCK, days_ago=9)
    asked = {"since": "2020-01-01", "until": f"{now() - timedelta(days=5):%Y-%m-%d}"}

    page = look(school.coach, "index", **asked)

    for part in ("help", "heat"):
        heading = section(page, part).split("</h2>")[0]
        assert "as of today" in heading
    assert "as of today" not in section(page, "missed") + section(page, "activity")


def test_only_the_coachs_learners_are_shown(school: School):
    """contract 0.7"""
    for learner in (school.ada, school.chen, school.stranger):
        practise(learner, STUCK, f"skill of {learner.username}", item=f"of {learner.username}")

    page = look(school.coach, "index")

    assert "skill of ada" in page
    assert "of chen" not in page
    assert "of ada" not in look(school.foreign_coach, "index")


def test_a_facilitys_coach_chooses_among_all_its_classes(school: School):
    practise(school.chen, STUCK)

    page = look(school.facility_coach, "index", **{"class": str(school.class_7b.pk)})

    assert "student_chen" in page or ">chen<" in page
    assert ">7A</option>" in page
    assert ">1X</option>" not in page


def test_a_group_narrows_the_class(school: School):
    practise(school.ada, STUCK)
    practise(school.ben, STUCK, "geometry")

    page = look(school.coach, "index", group=str(school.group.pk))

    assert "algebra" in page
    assert "geometry" not in page


def test_a_group_of_another_own_class_gives_way_to_the_class(school: School):
    services.assign_role(school.coach, RoleKind.COACH, school.class_7b)
    practise(school.chen, STUCK)
    asked = {"class": str(school.class_7b.pk), "group": str(school.group.pk)}

    assert ">chen<" in look(school.coach, "index", **asked)


def test_all_of_a_coachs_few_classes_are_shown_together(school: School):
    services.assign_role(school.coach, RoleKind.COACH, school.class_7b)
    practise(school.ada, STUCK)
    practise(school.chen, STUCK)

    page = look(school.coach, "index")

    assert "All my classes" in page
    assert ">Ada<" in page
    assert ">chen<" in page


def test_of_many_classes_one_is_shown_at_a_time(school: School):
    for number in range(12):
        Classroom.objects.create(facility=school.facility, name=f"A{number:02}")

    page = look(school.facility_coach, "index")

    assert "All my classes" not in page
    assert "<bdi>7A</bdi></h1>" in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("class={other}", 404),
        ("class={foreign}", 404),
        ("class={unknown}", 404),
        ("class=x", 404),
        ("class=none", 404),
        ("group={foreign_group}", 404),
        ("group=x", 404),
        ("since=x", 400),
        ("since=2025-02-30", 400),
        ("until=0001-01-01", 400),
        ("until=99999-01-01", 400),
        ("since=2026-03-05&until=2026-03-01", 200),
        ("class=&group=&since=&until=", 200),
    ],
)
def test_an_address_of_somebody_elses_is_not_there(school: School, query: str, status: int):
    group = LearnerGroup.objects.create(classroom=school.class_7b, name="other")
    query = query.format(
        other=school.class_7b.pk,
        foreign=school.foreign_class.pk,
        unknown=uuid7(),
        foreign_group=group.pk,
    )

    assert browser(school.coach).get(f"/admin/?{query}").status_code == status


def test_learners_and_guests_are_sent_to_log_in(school: School):
    for page in (browser(school.ada), browser(school.ada).__class__()):
        answer = page.get("/admin/")

        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]


def test_an_empty_class_says_what_to_do(school: School):
    services.enrol(school.chen, school.class_7b)
    school.chen.enrolments.all().delete()

    page = look(school.facility_coach, "index", **{"class": str(school.class_7b.pk)})

    assert "Nobody is enrolled in this class." in page
    assert "This group has no members." in look(
        school.coach, "index", group=str(LearnerGroup.objects.create(
            classroom=school.class_7a, name="empty"
        ).pk)
    )  # fmt: skip


def test_who_looks_after_no_class_is_told_how_to_get_one(school: School):
    Classroom.objects.all().delete()

    assert "No class yet" in look(school.facility_coach, "index")


def test_learners_in_no_class_are_not_forgotten(school: School):
    school.chen.enrolments.all().delete()
    practise(school.chen, STUCK, item="hard")
    practise(school.ada, STUCK, "geometry")

    page = look(school.facility_coach, "index", **{"class": "none"})

    assert "Learners in no class" in page
    assert "sure to be stuck" in page
    assert page.count(reverse("admin:coach_learner", args=[school.chen.pk])) >= 2  # and the map
    assert f"{reverse('admin:coach_skill', args=[skill(school.chen).pk])}?class=none" in page
    assert "hard" in page.split('id="missed-title"')[1].split("</section>")[0]
    assert "geometry" not in page
    assert "In no class" not in look(school.coach, "index")
    assert "Home" in look(
        school.facility_coach, "coach_skill", skill(school.chen).pk, **{"class": "none"}
    )


def test_nobody_in_no_class_is_good_news(school: School):
    page = look(school.superuser, "index", **{"class": "none"})

    assert "Every learner is enrolled in a class." in page


def test_djangos_lists_stay_reachable(school: School):
    page = look(school.coach, "index")

    assert reverse("admin:logger_attemptlog_changelist") in page.split("All lists")[1]


@pytest.mark.parametrize("path", ["/admin/", "/admin/logger/attemptlog/", "/admin/roster/user/"])
def test_pages_say_in_which_zone_times_are(school: School, path: str):
    page = browser(school.coach).get(path).content.decode()

    assert "All times are UTC." in page.split('id="footer"')[1]
    assert "All times" not in Client().get("/admin/login/").content.decode()


def test_a_hostile_name_is_text(school: School):
    school.ada.full_name = "<script>alert(1)</script>"
    school.ada.save()
    practise(school.ada, STUCK, "<b>algebra</b>", item="<i>q</i>")

    page = look(school.coach, "index")

    assert "<script>alert" not in page
    assert "<b>algebra" not in page
    assert "<i>q" not in page
    assert LearningEvent.objects.exists()
