"""A coach's pages on one learner, one skill and one item."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.urls import reverse

from analytics.core.memory import served_recall
from analytics.core.recall import INITIAL
from analytics.events import Answer, Source
from analytics.models import Item, ItemMemory, LearningEvent, SkillParameters, SkillState
from analytics.rows import microseconds, reviewed_from_row
from infra.db.keyset import Cursor
from roster import services
from roster.models import RoleKind
from tests.analytics.test_recording import record
from tests.conftest import client_for
from tests.dashboard.practice import browser, item, look, now, practise, skill
from tests.factories import NOW, School, answered, exercise, make_user

pytestmark = pytest.mark.django_db
STUCK = "0" * 24


def test_a_learner_is_shown_with_names_classes_and_skills(school: School):
    practise(school.ada, "1" * 8)

    page = look(school.coach, "coach_learner", school.ada.pk)

    assert "student_ada" in page
    assert f"?class={school.class_7a.pk}" in page
    assert "8 of 8" in page
    assert "mastered" in page
    assert reverse("admin:coach_practice", args=[school.ada.pk, skill(school.ada).pk]) in page


@pytest.mark.parametrize(("mastery", "text"), [(0.9466, "94 %"), (0.95, "95 %"), (0.3999, "39 %")])
def test_mastery_is_never_rounded_up_to_a_limit(school: School, mastery: float, text: str):
    """learning-science 1: mastered from .95."""
    practise(school.ada, "11111")
    SkillState.objects.update(mastery=mastery)
    found = skill(school.ada).pk

    for page in (
        look(school.coach, "index").split('class="heat"')[1],
        look(school.coach, "coach_learner", school.ada.pk).split('id="skills-title"')[1],
        look(school.coach, "coach_skill", found).split('id="learners-title"')[1],
        look(school.coach, "coach_practice", school.ada.pk, found).split('id="now-title"')[1],
        look(school.coach, "analytics_skillstate_changelist").split('id="result_list"')[1],
    ):
        assert text in page.split("heat-key")[0]


def test_a_plateau_is_shown_with_advice(school: School):
    practise(school.ada, STUCK)

    page = look(school.coach, "coach_learner", school.ada.pk)

    assert "Needs help" in page
    assert "check the skills this one builds on" in page


def test_mastery_over_time_is_shown_as_a_chart_and_a_table(school: School):
    practise(school.ada, "10101", "algebra")
    practise(school.ada, "11111", "geometry")

    page = look(school.coach, "coach_learner", school.ada.pk)

    assert "Mastery after the latest answers, up to 60 of each skill." in page
    assert page.count('<path class="line') == 2 + 2  # two lines, and the same in the legend
    assert len(re.findall(r"<td>(algebra|geometry)</td>", page)) == 10


def test_skills_in_which_a_learner_needs_help_come_first_in_the_chart(school: School):
    """Also long after the last answer, and after any number of answers at other skills."""
    practise(school.ada, STUCK, "stuck long ago", days_ago=90)
    for number in range(7):
        practise(school.ada, "1" * 30, f"skill {number}", days_ago=1)

    page = look(school.coach, "coach_learner", school.ada.pk)

    legend = page.split('class="legend"')[1].split("</ul>")[0]
    shown = re.findall("<span>(s[^<]*)</span>", legend)
    assert shown[0] == "stuck long ago"
    assert len(shown) == 6


def x_steps(page: str) -> list[float]:
    """Return the distances between the points of the first line of the first chart."""
    path = re.findall(r'class="line" d="M([\d.,L]*)"', page)[0]
    xs = [float(point.split(",")[0]) for point in path.split("L")]
    return [later - earlier for earlier, later in pairwise(xs)]


@pytest.mark.parametrize("name", ["coach_learner", "coach_practice"])
def test_a_month_without_practice_is_a_month_in_the_chart(school: School, name: str):
    """The axis is one of time, or of answers if asked for; no script is needed."""
    for days_ago in (35, 34, 33, 32, 31, 1):
        practise(school.ada, "1", days_ago=days_ago)
    args = [school.ada.pk, *([skill(school.ada).pk] if name == "coach_practice" else [])]

    by_time, by_answer = (
        look(school.coach, name, *args),
        look(school.coach, name, *args, axis="answers"),
    )

    *_, day, month = x_steps(by_time)
    assert month / day == pytest.approx(30, rel=0.02)
    *_, first, second = x_steps(by_answer)
    assert first == pytest.approx(second, abs=0.2)
    assert 'href="?axis=answers#progress-chart"' in by_time
    assert 'aria-current="true">By answer' in by_answer
    assert 'aria-current="true">By time' in look(school.coach, name, *args, axis="x")


def test_readiness_counts_the_studied_items_that_are_due(school: School):
    """The number is that of the recommendations and of the review queue."""
    studied = {"source": Source.STUDY}
    with time_machine.travel(NOW, tick=False):
        practise(school.ada, "1", days_ago=0, item="remembered", **studied)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        practise(school.ada, "0", days_ago=1, item="forgotten", **studied)
        practise(school.ada, "0", days_ago=1, item="never studied")

        page = look(school.coach, "coach_learner", school.ada.pk)

    facts = page.split("Items due for review")[1].split("</div>")[0]
    assert "1 of 2" in facts
    assert "3 Mar 2026" in facts
    assert "1 item is due for review" in page.split('id="next-title"')[1]


def test_readiness_is_the_mean_recall_now(school: School):
    """learning-science 5: the mean of the served probabilities."""
    with time_machine.travel(NOW, tick=False):
        practise(school.ada, "11", days_ago=0)
        ItemMemory.objects.update(stability=10.0)
        old, _new = ItemMemory.objects.order_by("pk")
        ItemMemory.objects.filter(pk=old.pk).update(last_review=NOW - timedelta(days=10))
        page = look(school.coach, "coach_learner", school.ada.pk)

        served = [
            served_recall(reviewed, INITIAL, microseconds(NOW))
            for reviewed in map(reviewed_from_row, ItemMemory.objects.all())
            if reviewed
        ]

    shown = page.split(">Readiness<")[1].split("</dd>")[0]
    assert f"{100 * sum(served) / 2:.0f} %" in shown


def test_a_learner_without_answers_has_a_page(school: School):
    page = look(school.coach, "coach_learner", school.ben.pk)

    assert "No answers at any skill yet." in page
    now = page.split('id="now-title"')[1].split("</section>")[0]
    assert re.findall(r"([^<>]*)(?:</abbr>)?</dt><dd>\N{EN DASH}</dd>", now) == [
        "Gain per answer", "Skills mastered", "Efficiency", "Readiness",
    ]  # fmt: skip
    assert "steady" not in now
    assert "0 %" not in now


def test_a_class_of_another_coach_is_not_named(school: School):
    """contract 0.7"""
    services.enrol(school.ada, school.class_7b)

    assert ">7B<" not in look(school.coach, "coach_learner", school.ada.pk)


def test_answers_at_a_skill_are_listed_newest_first(school: School):
    practise(school.ada, "0", days_ago=3)
    practise(school.ada, "1", days_ago=2, seconds=250.0)

    page = look(school.coach, "coach_practice", school.ada.pk, skill(school.ada).pk)

    assert "<title>algebra · Ada | LearnTrace</title>" in page
    table = page.split('id="answers-title"')[1]
    assert table.index("right") < table.index("wrong")
    assert "4 m 10 s" in table
    assert "tracked answer" in table


def test_answers_are_paged_back_and_forth(school: School):
    practise(school.ada, "01" * 60)
    path = reverse("admin:coach_practice", args=[school.ada.pk, skill(school.ada).pk])
    client, seen, query = browser(school.coach), [], ""

    for _page in range(3):
        answer = client.get(path + query)
        seen += [row.row["id"] for row in answer.context["history"].answers]
        query = f"?from={answer.context['history'].older}"

    assert answer.context["history"].older is None
    newest_first = LearningEvent.objects.order_by("-happened_at", "-id").values_list(
        "id", flat=True
    )
    assert seen == list(newest_first)
    back = client.get(f"{path}?from={answer.context['history'].newer}").context["history"]
    assert [row.row["id"] for row in back.answers] == seen[50:100]
    first = client.get(f"{path}?from={back.newer}").context["history"]
    assert [row.row["id"] for row in first.answers] == seen[:50]
    assert first.newer is None


@pytest.mark.parametrize("token", ["x", "WzBd", Cursor(values=(NOW,)).token])
def test_an_invalid_cursor_is_refused(school: School, token: str):
    practise(school.ada, "1")
    path = reverse("admin:coach_practice", args=[school.ada.pk, skill(school.ada).pk])

    assert browser(school.coach).get(path, {"from": token}).status_code == 400


def test_a_skill_is_explained_by_its_parameters(school: School):
    practise(school.ada, "1")
    found = skill(school.ada)

    assert "Default values" in look(school.coach, "coach_skill", found.pk)

    found.parameters = SkillParameters.objects.create(
        skill=found, version=3, prior=0.31, learn=0.07, guess=0.22, slip=0.13, fading_prior=0.3,
        fading_learn=0.1, fading_guess=0.2, fading_slip=0.1, fading_forget=0.0, blend=[0.0] * 7,
        fitted_at=NOW, answers=480, learners=24, log_likelihood_before=-2, log_likelihood_after=-1,
    )  # fmt: skip
    found.save()
    page = look(school.coach, "coach_skill", found.pk)
    assert all(share in page for share in ("31 %", "7 %", "22 %", "13 %"))
    assert "Fitted to 480 answers by 24 learners" in page


def test_the_learning_curve_covers_the_facility_and_needs_five_learners(school: School):
    people = [school.ada, *(make_user(school.facility) for _ in range(3))]
    for learner in people:
        practise(learner, "0111")

    found = skill(school.ada)
    assert "as soon as five learners" in look(school.coach, "coach_skill", found.pk)

    practise(school.chen, "111")
    page = look(school.coach, "coach_skill", found.pk)
    assert "expected by the model" in page
    assert re.search(r"<td>1</td><td>measured, with its 95 % band</td><td[^>]*>20 %</td>", page)
    assert ">chen<" not in page


def test_learners_at_a_skill_are_sorted_by_mastery(school: School):
    practise(school.ada, "11111")
    practise(school.ben, "00000")

    page = look(school.coach, "coach_skill", skill(school.ada).pk)

    table = page.split('id="learners-title"')[1]
    assert table.index(">ben<") < table.index(">Ada<")
    assert ">ben<" not in look(
        school.coach, "coach_skill", skill(school.ada).pk, group=str(school.group.pk)
    )


def test_an_items_figures_are_hidden_below_ten_answers(school: School):
    practise(school.ada, "111111", item="q")
    practise(school.ben, "000", item="q")
    hidden = look(school.coach, "coach_item", item(school.ada, "q").pk)

    practise(school.ben, "0", item="q")
    shown = look(school.coach, "coach_item", item(school.ada, "q").pk)

    assert hidden.count("Shown once there are 10 answers.") == 4
    assert "60 %" not in hidden
    assert "Shown once there are 10 answers." not in shown
    assert "60 %" in shown
    assert "20 s" in shown


def test_the_discrimination_of_an_item_needs_ten_learners(school: School):
    """Many answers of one learner do not show how an item separates learners."""
    practise(school.ada, "1" * 30, item="q")
    for _another in range(8):
        practise(make_user(school.facility), "0", item="q")
    few = look(school.coach, "coach_item", item(school.ada, "q").pk)

    practise(make_user(school.facility), "0", item="q")
    enough = look(school.coach, "coach_item", item(school.ada, "q").pk)

    assert "Shown once there are 10 learners." in few
    assert "Strong learners get it right more often." in enough


def test_a_median_time_needs_ten_answers_with_a_time(school: School):
    practise(school.ada, "1" * 9, item="q")
    practise(school.ben, "1" * 9, item="q", seconds=None)
    few = look(school.coach, "coach_item", item(school.ada, "q").pk)

    practise(school.ada, "1", item="q")
    enough = look(school.coach, "coach_item", item(school.ada, "q").pk)

    assert "Shown once there are 10 answers with a recorded time." in few
    assert "20 s" not in few
    assert "20 s" in enough


def test_an_items_difficulty_is_shown_once_it_is_known(school: School):
    """learning-science 2: below a standard deviation of .35."""
    practise(school.ada, "1" * 10, item="q")
    found = item(school.ada, "q")

    page = look(school.coach, "coach_item", found.pk)
    assert "Not precise enough yet: ± 0.89; shown once it is below 0.35." in page

    Item.objects.filter(pk=found.pk).update(difficulty_mean=-0.5, difficulty_variance=0.04)
    assert "−0.50 ± 0.20" in look(school.coach, "coach_item", found.pk)


@pytest.mark.parametrize(
    ("mean", "text"), [(-0.5, "easier than"), (0.1, "about as hard as"), (0.5, "harder than")]
)
def test_a_difficulty_is_described_in_plain_words(school: School, mean: float, text: str):
    practise(school.ada, "1" * 10, item="q")
    Item.objects.filter(code="q").update(difficulty_mean=mean, difficulty_variance=0.04)

    page = look(school.coach, "coach_item", item(school.ada, "q").pk)

    assert f"{text} others of its skill" in page
    assert "logit" not in page


def test_a_missing_gain_is_described_in_words(school: School):
    practise(school.ada, "1")
    SkillState.objects.update(velocity=-0.0004)

    page = look(school.coach, "coach_learner", school.ada.pk)
    assert "no change" in page.split('id="skills-title"')[1]
    assert "0.0\u00a0%" not in page


def test_right_means_the_same_on_every_page(school: School):
    """contract 3: AlmostCorrect is a score of .5, which no page counts as right."""
    practise(school.ada, "1100", item="q")
    record(
        school.ada,
        *(
            Answer(source=Source.TRACK, skill="algebra", item="q", score=0.5, seconds=20.0)
            for _almost in range(6)
        ),
        at=now(),
    )
    found, question = skill(school.ada).pk, item(school.ada, "q").pk
    of_item = look(school.coach, "coach_item", question)

    assert "2 of 10" in of_item.split('id="learners-title"')[1]
    assert "20 %" in of_item.split("<dt>Right</dt>")[1].split("</dd>")[0]
    assert "2 of 10" in look(school.coach, "coach_learner", school.ada.pk)
    assert "2 of 10" in look(school.coach, "coach_practice", school.ada.pk, found)
    assert "2 of 10" in look(school.coach, "coach_skill", found)
    missed = look(school.coach, "index").split('id="missed-title"')[1].split("</section>")[0]
    assert "80 %" in missed


def test_only_the_viewers_learners_are_named_on_an_item(school: School):
    """contract 0.7"""
    practise(school.ada, "10", item="q")
    practise(school.chen, "10", item="q")

    page = look(school.coach, "coach_item", item(school.ada, "q").pk)

    assert ">Ada<" in page
    assert "1 of 2" in page
    assert ">chen<" not in page
    assert ">chen<" in look(school.facility_coach, "coach_item", item(school.ada, "q").pk)


def test_an_answer_of_a_session_is_shown_with_its_exercise(school: School):
    client_for(school.ada).work(exercise(content_id="ab" * 16), answered("question 7", correct=0))
    event = LearningEvent.objects.get()

    page = look(school.coach, "coach_practice", school.ada.pk, event.skill_id)

    assert ">question 7<" in page
    assert "…ababab" in page


PATHS = ["coach_learner", "coach_practice", "coach_skill", "coach_item"]


def arguments(name: str, school: School, learner_name: str) -> list[object]:
    learner = getattr(school, learner_name)
    return {
        "coach_learner": [learner.pk],
        "coach_practice": [learner.pk, skill(learner).pk],
        "coach_skill": [skill(learner).pk],
        "coach_item": [item(learner).pk],
    }[name]


@pytest.mark.parametrize("name", PATHS)
def test_pages_of_another_facility_are_a_404(school: School, name: str):
    """contract 0.7: a foreign object is unknown."""
    practise(school.ada, "111")
    path = reverse(f"admin:{name}", args=arguments(name, school, "ada"))

    assert browser(school.foreign_coach).get(path).status_code == 404
    assert browser(school.ada).get(path).status_code == 302
    for viewer in (school.coach, school.facility_coach, school.admin, school.superuser):
        assert browser(viewer).get(path).status_code == 200


@pytest.mark.parametrize("name", ["coach_learner", "coach_practice"])
def test_a_learner_of_another_class_is_a_404(school: School, name: str):
    """contract 0.7"""
    practise(school.chen, "111")
    path = reverse(f"admin:{name}", args=arguments(name, school, "chen"))

    assert browser(school.coach).get(path).status_code == 404


def test_a_skill_the_learner_never_practised_has_no_answers_page(school: School):
    practise(school.chen, "1", "geometry")

    path = reverse("admin:coach_practice", args=[school.ada.pk, skill(school.chen, "geometry").pk])

    assert browser(school.coach).get(path).status_code == 404


def test_a_coach_from_another_facility_sees_the_skills_of_their_class(school: School):
    services.assign_role(school.stranger, RoleKind.COACH, school.class_7a)
    practise(school.ada, "1")

    page = look(school.stranger, "coach_skill", skill(school.ada).pk)

    assert ">Ada<" in page


@pytest.mark.parametrize("path", ["learners/x/", "skills/x/", "items/x/", "learners/%F0/"])
def test_an_invalid_id_is_a_404(school: School, path: str):
    assert browser(school.coach).get(f"/admin/coach/{path}").status_code == 404


def test_pages_contain_no_inline_scripts_or_styles(school: School):
    """The Content-Security-Policy is default-src 'self'."""
    practise(school.ada, "10" * 6)
    found, question = skill(school.ada), item(school.ada)

    for page in (
        look(school.coach, "index"),
        look(school.coach, "coach_learner", school.ada.pk),
        look(school.coach, "coach_practice", school.ada.pk, found.pk),
        look(school.coach, "coach_skill", found.pk),
        look(school.coach, "coach_item", question.pk),
    ):
        assert not re.search(r'\sstyle="|<style|\son\w+="|<script(?![^>]*\ssrc=)', page)


def test_no_two_landmarks_have_the_same_name(school: School):
    """axe-core: landmark-unique; a table that scrolls is a group and no landmark."""
    practise(school.ada, "10" * 6)
    landmark = r'<section[^>]* aria-labelledby="([^"]+)"|role="region" aria-label="([^"]+)"'

    for page in (
        look(school.coach, "index"),
        look(school.coach, "coach_learner", school.ada.pk),
        look(school.coach, "coach_skill", skill(school.ada).pk),
    ):
        found = re.findall(landmark, page)
        titles = dict(re.findall(r'<h2 id="([^"]+)">([^<]+)', page))
        names = [titles[key].strip() if key else name for key, name in found]
        assert len(names) == len(set(names)) > 1


def test_the_time_of_a_page_is_that_of_the_request(school: School):
    with time_machine.travel(NOW, tick=False):
        practise(school.ada, "111", days_ago=0)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert "yesterday" in look(school.coach, "coach_learner", school.ada.pk)
    assert now() > NOW


def test_the_next_steps_are_shown(school: School):
    practise(school.ada, "01011")
    practise(school.ada, "1" * 12, "geometry")

    page = look(school.coach, "coach_learner", school.ada.pk)

    steps = page.split('id="next-title"')[1].split("</section>")[0]
    assert reverse("admin:coach_skill", args=[skill(school.ada).pk]) in steps
    assert "of answers would be right now" in steps
    assert "geometry" not in steps


def test_without_skills_there_are_no_next_steps(school: School):
    page = look(school.coach, "coach_learner", school.ben.pk)

    assert "Nothing: all known skills" in page.split('id="next-title"')[1].split("</section>")[0]
