"""The front page of the admin, which shows the learners who need help and the reasons."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from uuid_utils.compat import uuid7

from analytics.core.predictor import DEFAULT
from analytics.core.stuck import SHIPPED
from analytics.models import Alert, LearningEvent, Skill, SkillParameters
from roster import services
from roster.models import Classroom, Facility, LearnerGroup, RoleKind, User
from tests.analytics.alert_jobs import run_alert_jobs
from tests.analytics.test_fit_skills import FITTED
from tests.analytics.test_recording import record
from tests.conftest import client_for
from tests.dashboard.practice import answers, browser, item, look, now, practise, skill
from tests.factories import School, answered, exercise, make_user, video

pytestmark = pytest.mark.django_db
STUCK = "0" * 24


def section(page: str, name: str) -> str:
    """Return one section of the front page: help, heat, missed or activity."""
    return page.split(f'id="{name}-title"')[1].split("</section>", maxsplit=1)[0]


def calibrate(school: School) -> None:
    """Give the skill algebra a calibration that was fitted in the facility."""
    parameters = SkillParameters.objects.create(
        **{**FITTED, "blend": list(DEFAULT)},
        facility=school.facility,
        version=1,
        stuck=[*SHIPPED.weights, SHIPPED.threshold],
    )
    Skill.objects.create(facility=school.facility, code="algebra", parameters=parameters)


def summary(page: str) -> str:
    """Return the line on the class at the top of the front page, without its links."""
    line = page.split('class="class-summary">')[1].split("</p>", maxsplit=1)[0]
    return re.sub(r"<[^>]*>", "", line)


def test_a_class_in_which_nobody_has_started_is_not_well(school: School):
    page = look(school.coach, "index")

    assert summary(page) == "0 of 2 need help · 2 not started"
    assert "2 of 2 have not started." in section(page, "help")
    assert "All is well" not in page


def test_a_class_in_which_one_has_not_started_is_not_well(school: School):
    practise(school.ada, "11011")

    page = look(school.coach, "index")

    assert summary(page) == "0 of 2 need help · 1 not started"
    assert "1 of 2 has not started." in section(page, "help")
    assert "All is well" not in page


def test_learners_who_opened_a_content_have_started(school: School):
    client_for(school.ada).start(video())

    assert summary(look(school.coach, "index")) == "0 of 2 need help · 1 not started"


def test_the_front_page_opens_with_the_numbers_of_learners(school: School):
    """Improved are those whose page says that they rise (learning-science 3)."""
    late = services.enrol(make_user(school.facility), school.class_7a).user
    practise(school.ada, "0000000", days_ago=9)
    practise(school.ada, "1111111", days_ago=1)
    practise(school.ben, STUCK, days_ago=1)
    practise(late, "1111111", days_ago=9)
    practise(late, "1111111", days_ago=1)

    page = look(school.coach, "index")

    assert summary(page) == "1 of 3 needs help · 0 not started · 1 improved since last week"
    assert page.index('class="class-summary"') < page.index('id="help-title"')
    for learner, is_rising in ((school.ada, True), (school.ben, False), (late, False)):
        now_title = look(school.coach, "coach_learner", learner.pk).split('id="now-title"')[1]
        assert ("; rising" in now_title.split("</div>")[0]) is is_rising


def test_stuck_learners_come_first_with_the_figure_and_the_threshold(school: School):
    calibrate(school)
    practise(school.ben, "010001000100010")
    practise(school.ada, STUCK)

    page = look(school.coach, "index")

    assert page.index("> Stuck<") < page.index("> Likely stuck<")
    assert re.search(r"Probability of being stuck: \d\d %; flagged from 62 %\.", page)
    assert "15 answers without reaching mastery; the threshold is 10." in page
    assert reverse("admin:coach_learner", args=[school.ada.pk]) in page
    assert reverse("admin:coach_practice", args=[school.ada.pk, skill(school.ada).pk]) in page


@pytest.mark.parametrize(
    ("right", "model"),
    [
        (2, {"type": "num_correct_in_a_row_2"}),
        (3, {"type": "m_of_n", "m": 3, "n": 5}),
        (5, {"type": "num_correct_in_a_row_5"}),
        (0, {"type": "do_all"}),
    ],
)
def test_a_learner_who_completed_after_four_wrong_answers_needs_no_help(
    school: School, right: int, model: dict[str, object]
):
    ada = client_for(school.ada)
    body = exercise(mastery_model=model)
    session = ada.work(body, *(answered(f"w{number}", 0) for number in range(4)))["session_id"]
    ada.move(session, interactions=[answered(f"r{number}") for number in range(right)])
    ada.move(session, **({} if right else {"progress": 1}))
    assert ada.start(body)["complete"]

    assert section(look(school.coach, "index"), "help").count("Ada") == 0
    assert "Needs help" not in look(school.coach, "coach_learner", school.ada.pk)


def test_a_receding_plateau_explains_why_it_is_still_flagged(school: School):
    """learning-science 3: on from the threshold, off below .8 of it."""
    calibrate(school)
    practise(school.ada, "0100" * 5 + "1011")

    page = look(school.coach, "index")

    match = re.search(
        r"The probability of being stuck reached 62 % and is now (\d\d) %;"
        r" the flag is removed below 50 %\.",
        page,
    )
    assert match is not None
    assert 50 <= int(match[1]) < 62


def test_a_probability_is_shown_only_where_it_was_calibrated(school: School):
    practise(school.ada, STUCK)

    page = look(school.coach, "index")

    assert "Likely no progress within the next ten answers." in page
    assert "Probability of being stuck" not in page


def test_advice_about_several_skills_is_given_once(school: School):
    """Advice that several skills have in common is given once for each learner."""
    for code in ("algebra", "geometry", "reading"):
        practise(school.ada, STUCK, code)

    for page in (look(school.coach, "index"), look(school.coach, "coach_learner", school.ada.pk)):
        assert page.count("check the skills this one builds on") == 1


def test_inactive_learners_are_shown_with_the_days(school: School):
    practise(school.ada, "111", days_ago=9)

    page = look(school.coach, "index")

    assert "No answer for 9 days; the threshold is 7." in page


def test_nobody_needs_help_in_a_class_without_problems(school: School):
    practise(school.ada, "11011")
    practise(school.ben, "11011")

    page = look(school.coach, "index")

    assert "All is well" in page
    assert summary(page) == "0 of 2 need help · 0 not started"
    assert "Probability of being stuck" not in page


def test_a_stuck_learner_whose_answers_are_not_checked_yet_is_not_well(school: School):
    practise(school.ada, STUCK)
    practise(school.ben, "11011")

    page = browser(school.coach).get(reverse("admin:index")).content.decode()

    assert "All is well" not in page
    assert "1 learner is stuck without an open alert" in section(page, "help")
    assert "without an open alert" not in look(school.coach, "index")


def test_a_stuck_learner_without_an_alert_beside_one_who_has_not_started(school: School):
    practise(school.ada, STUCK)

    page = browser(school.coach).get(reverse("admin:index")).content.decode()

    assert "1 of 2 has not started." in section(page, "help")
    assert "Nobody else" not in page
    assert "1 learner is stuck without an open alert" in section(page, "help")


def test_a_stuck_learner_whose_alert_was_resolved_is_not_well(school: School):
    practise(school.ada, STUCK)
    practise(school.ben, "11011")
    run_alert_jobs()
    alert = Alert.objects.get(learner=school.ada)
    resolved = browser(school.coach).post(
        reverse("admin:coach_alert", args=[alert.pk]), {"action": "resolve"}
    )
    assert resolved.status_code == 303

    page = look(school.coach, "index")

    assert "All is well" not in page
    assert "1 learner is stuck without an open alert" in section(page, "help")


def test_the_heat_map_shows_mastery_and_plateaus_in_words_too(school: School):
    practise(school.ada, STUCK, "algebra")
    practise(school.ben, "1" * 8, "geometry")

    heat = look(school.coach, "index").split('class="heat"')[1].split("</table>")[0]

    assert "99 %" in heat
    assert "stuck" in heat
    assert "mastered" in heat
    assert "no answers" in heat


def test_learners_without_answers_in_these_days_are_listed_beside_the_heat_map(school: School):
    make_user(school.facility, username="never_in_class")
    late = services.enrol(make_user(school.facility, username="late"), school.class_7a).user
    practise(school.ada, "1", days_ago=1)
    practise(late, "1", days_ago=20)

    listed = section(look(school.coach, "index"), "heat").split("Without answers since")[1]

    assert "(2)" in listed.split("</summary>")[0]
    assert re.search(r">ben</bdi></a> <span[^>]*>never<", listed)
    assert re.search(r">late</bdi></a> <span[^>]*>20 days ago<", listed)
    assert reverse("admin:coach_learner", args=[school.ben.pk]) in listed
    assert ">Ada<" not in listed
    assert "never_in_class" not in listed
    assert ">late<" not in look(school.coach, "index", since="2020-01-01").split("Without")[1]


def test_nobody_is_listed_beside_the_heat_map_if_all_learners_answered(school: School):
    practise(school.ada, "1")
    practise(school.ben, "1")

    assert "Without answers since" not in look(school.coach, "index")


def test_items_most_often_answered_wrong_link_to_the_learners(school: School):
    """Five answers or more; links to the latest wrong answer of up to three learners."""
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


def test_a_question_of_an_exercise_is_shown_by_its_own_name(school: School):
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


def test_days_are_those_of_the_facility(school: School):
    """23:30 and 00:30 in Cairo are two days, and so are the answers shown for each of them."""
    Facility.objects.filter(pk=school.facility.pk).update(time_zone="Africa/Cairo")
    ada = User.objects.get(pk=school.ada.pk)
    for at in (
        datetime(2026, 1, 10, 21, 30, tzinfo=UTC),
        datetime(2026, 1, 10, 22, 30, tzinfo=UTC),
    ):
        record(ada, *answers("00000", item=f"at {at:%H}"), at=at)

    page = look(school.coach, "index", since="2026-01-11", until="2026-01-11")

    assert "5 answers in 1 days." in section(page, "activity")
    assert "Days are those of the time zone Africa/Cairo." in section(page, "activity")
    assert "at 22" in section(page, "missed")
    assert "at 21" not in section(page, "missed")
    assert "Without answers since" in section(page, "heat")


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


def test_stuck_learners_are_shown_after_any_number_of_days(school: School):
    """A learner's own page shows it, too."""
    practise(school.ada, STUCK, "geometry", days_ago=20)
    practise(school.ada, "1", days_ago=1)

    assert "Likely no progress" in section(look(school.coach, "index"), "help")
    assert "Likely no progress" in look(school.coach, "coach_learner", school.ada.pk)


def test_sections_that_ignore_the_days_are_marked_as_of_today(school: School):
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


def test_a_coach_of_the_facility_chooses_among_all_its_classes(school: School):
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


def test_a_group_that_is_not_in_the_class_is_ignored(school: School):
    services.assign_role(school.coach, RoleKind.COACH, school.class_7b)
    practise(school.chen, STUCK)
    asked = {"class": str(school.class_7b.pk), "group": str(school.group.pk)}

    assert ">chen<" in look(school.coach, "index", **asked)


def test_a_few_classes_of_a_coach_are_shown_together(school: School):
    services.assign_role(school.coach, RoleKind.COACH, school.class_7b)
    practise(school.ada, STUCK)
    practise(school.chen, STUCK)

    page = look(school.coach, "index")

    assert "All my classes" in page
    assert ">Ada<" in page
    assert ">chen<" in page


def test_many_classes_are_shown_one_at_a_time(school: School):
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
        ("since=2026-03-0\u0669", 400),
        ("until=0001-01-01", 400),
        ("until=99999-01-01", 400),
        ("since=2026-03-05&until=2026-03-01", 200),
        ("class=&group=&since=&until=", 200),
    ],
)
def test_foreign_and_invalid_parameters_are_refused(school: School, query: str, status: int):
    group = LearnerGroup.objects.create(classroom=school.class_7b, name="other")
    query = query.format(
        other=school.class_7b.pk,
        foreign=school.foreign_class.pk,
        unknown=uuid7(),
        foreign_group=group.pk,
    )

    assert browser(school.coach).get(f"/admin/?{query}").status_code == status


def test_learners_and_guests_are_redirected_to_the_login(school: School):
    for page in (browser(school.ada), browser(school.ada).__class__()):
        answer = page.get("/admin/")

        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]


def test_an_empty_class_and_an_empty_group_say_so(school: School):
    services.enrol(school.chen, school.class_7b)
    school.chen.enrolments.all().delete()

    page = look(school.facility_coach, "index", **{"class": str(school.class_7b.pk)})

    assert "Nobody is enrolled in this class." in page
    assert "This group has no members." in look(
        school.coach, "index", group=str(LearnerGroup.objects.create(
            classroom=school.class_7a, name="empty"
        ).pk)
    )  # fmt: skip


def test_a_viewer_without_classes_is_shown_how_to_get_one(school: School):
    Classroom.objects.all().delete()

    assert "No class yet" in look(school.facility_coach, "index")


def test_learners_in_no_class_can_be_selected(school: School):
    school.chen.enrolments.all().delete()
    practise(school.chen, STUCK, item="hard")
    practise(school.ada, STUCK, "geometry")

    page = look(school.facility_coach, "index", **{"class": "none"})

    assert "Learners in no class" in page
    assert "Likely no progress" in page
    assert page.count(reverse("admin:coach_learner", args=[school.chen.pk])) >= 2  # and the map
    assert f"{reverse('admin:coach_skill', args=[skill(school.chen).pk])}?class=none" in page
    assert "hard" in page.split('id="missed-title"')[1].split("</section>")[0]
    assert "geometry" not in page
    assert "In no class" not in look(school.coach, "index")
    assert "Home" in look(
        school.facility_coach, "coach_skill", skill(school.chen).pk, **{"class": "none"}
    )


def test_the_page_says_that_every_learner_is_in_a_class(school: School):
    page = look(school.superuser, "index", **{"class": "none"})

    assert "Every learner is enrolled in a class." in page


def heat_rows(page: str) -> list[str]:
    """Return the names of the learners in the heat map."""
    return re.findall(r'<th scope="row">.*?<bdi>([^<]*)</bdi>', section(page, "heat"))


def test_the_heat_map_starts_with_the_learners_who_need_help_most(school: School):
    practise(school.ada, "1111")
    practise(school.ben, STUCK)

    page = look(school.coach, "index")

    assert heat_rows(page) == ["ben", "Ada"]
    assert 'href="?sort=name#heat-title"' in page
    assert heat_rows(look(school.coach, "index", sort="name")) == ["Ada", "ben"]


@pytest.mark.parametrize("viewer", ["coach", "facility_coach", "admin", "superuser"])
def test_the_sidebar_has_at_most_six_entries_above_all_records(school: School, viewer: str):
    page = look(getattr(school, viewer), "roster_user_changelist")

    sidebar = page.split('id="nav-sidebar"')[1].split("</nav>")[0]
    entries, records = sidebar.split("<summary>All records</summary>")
    named = re.findall(r"<li><a href=\"([^\"]*)\"[^>]*>([^<]*)</a></li>", entries)
    assert [name for _url, name in named] == [
        "Class", "Learners", "Skills", "Items", "Assignments", "Exports",
    ]  # fmt: skip
    assert reverse("admin:logger_attemptlog_changelist") in records
    client = browser(getattr(school, viewer))
    assert [client.get(url).status_code for url, _name in named] == [200] * 6
    assert f'<a href="{reverse("admin:roster_user_changelist")}" aria-current="page"' in entries


def test_view_site_leads_staff_to_the_front_page(school: School):
    page = look(school.coach, "roster_user_changelist")

    assert '<a href="/admin/">View site</a>' in page


def test_djangos_lists_stay_reachable(school: School):
    page = look(school.coach, "index")

    assert reverse("admin:logger_attemptlog_changelist") in page.split("All records")[1]


@pytest.mark.parametrize("path", ["/admin/", "/admin/logger/attemptlog/", "/admin/roster/user/"])
def test_pages_show_the_time_zone(school: School, path: str):
    page = browser(school.coach).get(path).content.decode()

    assert "All times are UTC." in page.split('id="footer"')[1]
    assert "All times" not in Client().get("/admin/login/").content.decode()


def test_markup_in_names_is_escaped(school: School):
    school.ada.full_name = "<script>alert(1)</script>"
    school.ada.save()
    practise(school.ada, STUCK, "<b>algebra</b>", item="<i>q</i>")

    page = look(school.coach, "index")

    assert "<script>alert" not in page
    assert "<b>algebra" not in page
    assert "<i>q" not in page
    assert LearningEvent.objects.exists()
