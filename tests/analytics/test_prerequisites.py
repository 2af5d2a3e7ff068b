"""Prerequisites of skills: the admin, the commands, and recommendations; learning-science 7."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from analytics.models import PrerequisiteSuggestion, Skill, SkillPrerequisite, SkillState
from roster.models import AuditEntry, User
from tests.analytics.event_builders import answer, data_of, tracked
from tests.conftest import Client
from tests.dashboard.practice import browser, look
from tests.factories import School, make_user
from tests.infra.export_client import body, export, read_csv

pytestmark = pytest.mark.django_db
ADD = "admin:analytics_skillprerequisite_add"
IMPORT = "admin:analytics_skillprerequisite_import"
SUGGESTED = "admin:analytics_prerequisitesuggestion_changelist"


@pytest.fixture
def skills(school: School) -> dict[str, Skill]:
    return {
        code: Skill.objects.create(facility=school.facility, code=code, title=code.upper())
        for code in ("count", "add", "multiply")
    }


def edges() -> set[tuple[str, str]]:
    return set(SkillPrerequisite.objects.values_list("before__code", "after__code"))


def add(who: User, school: School, before: str, after: str) -> Any:
    fields = {"facility": str(school.facility.pk), "before": before, "after": after}
    return browser(who).post(reverse(ADD), fields)


def table(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "table.csv"
    file.write_text(text)
    return file


def run(command: str, *args: Any) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("skills")
def test_an_admin_adds_and_removes_prerequisites_on_record(school: School):
    assert add(school.admin, school, "count", "add").status_code == 302
    assert edges() == {("count", "add")}

    removed = browser(school.admin).post(
        reverse("admin:analytics_skillprerequisite_changelist"),
        {"action": "remove", "_selected_action": [str(SkillPrerequisite.objects.get().pk)]},
    )

    assert removed.status_code == 302
    assert edges() == set()
    entries = AuditEntry.objects.filter(object_kind="skillprerequisite", actor_id=school.admin.pk)
    assert [entry.action for entry in entries.order_by("id")] == ["added", "removed"]
    assert {entry.facility_id for entry in entries} == {school.facility.pk}


@pytest.mark.usefixtures("skills")
@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("multiply", "count", "There would be a cycle"),
        ("add", "add", "own prerequisite"),
        ("foreign", "add", "The facility has no skill “foreign”."),
    ],
)
def test_what_is_no_graph_is_refused(school: School, before: str, after: str, message: str):
    Skill.objects.create(facility=school.elsewhere, code="foreign")
    for pair in (("count", "add"), ("add", "multiply")):
        add(school.admin, school, *pair)

    response = add(school.admin, school, before, after)

    assert response.status_code == 200
    assert message in response.content.decode()
    assert edges() == {("count", "add"), ("add", "multiply")}


@pytest.mark.usefixtures("skills")
@pytest.mark.parametrize("who", ["coach", "facility_coach", "foreign_coach"])
def test_only_admins_of_the_facility_change_prerequisites(school: School, who: str):
    assert add(getattr(school, who), school, "count", "add").status_code == 403
    assert edges() == set()


@pytest.mark.usefixtures("skills")
def test_lists_have_those_of_the_viewers_facility(school: School):
    add(school.admin, school, "count", "add")
    path = reverse("admin:analytics_skillprerequisite_changelist")

    assert "COUNT" in browser(school.coach).get(path).content.decode()
    assert "COUNT" not in browser(school.foreign_coach).get(path).content.decode()


@pytest.mark.usefixtures("skills")
def test_a_table_is_imported_exactly_once_and_exported_again(school: School, tmp_path: Path):
    file = table(tmp_path, "before,after\ncount,add\nadd,multiply\ncount,add\n")

    first, second = (
        run("import_prerequisites", file, f"--facility={school.facility.pk}") for _ in range(2)
    )
    rows = read_csv(body(export(school.admin, "analytics/skillprerequisite")))

    assert (first, second) == ("2 prerequisites added.\n", "0 prerequisites added.\n")
    assert {(row["before"], row["after"]) for row in rows} == edges()
    assert edges() == {("count", "add"), ("add", "multiply")}
    assert AuditEntry.objects.filter(action="added").count() == 2


@pytest.mark.usefixtures("skills")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("before,after\ncount,add\nadd,count\n", "There would be a cycle"),
        ("before,after\ncount,add\ncount,nothing\n", "no skill “nothing”"),
        ("before,after\ncount,add\ncount,\n", "line 3: a skill is missing"),
        ("from,to\ncount,add\n", "must name the columns before and after"),
        ("", "must name the columns"),
    ],
)
def test_a_bad_table_changes_nothing(school: School, tmp_path: Path, text: str, message: str):
    file = table(tmp_path, text)

    with pytest.raises(CommandError, match=message):
        run("import_prerequisites", file, f"--facility={school.facility.pk}")
    with file.open("rb") as upload:
        fields = {"facility": str(school.facility.pk), "file": upload}
        page = browser(school.admin).post(reverse(IMPORT), fields)

    assert page.status_code == 200
    assert edges() == set()


@pytest.mark.usefixtures("skills")
def test_a_table_is_imported_in_the_admin(school: School, tmp_path: Path):
    with table(tmp_path, "before,after\ncount,add\n").open("rb") as upload:
        fields = {"facility": str(school.facility.pk), "file": upload}
        response = browser(school.admin).post(reverse(IMPORT), fields)

    assert response.status_code == 302
    assert edges() == {("count", "add")}


def test_skills_wait_for_their_prerequisites(school: School, app: Client, skills: dict[str, Skill]):
    SkillPrerequisite.objects.create(
        facility=school.facility, before=skills["count"], after=skills["add"]
    )

    assert set(recommended(app)) == {"count", "multiply"}

    for _each in range(8):
        tracked(app, answer(skill_id="count"))
    assert set(recommended(app)) == {"add", "multiply"}


def test_the_weak_prerequisite_of_a_stuck_skill_is_recommended(
    school: School, app: Client, skills: dict[str, Skill]
):
    SkillPrerequisite.objects.create(
        facility=school.facility, before=skills["count"], after=skills["add"]
    )
    for _each in range(16):
        tracked(app, answer(skill_id="add", is_correct=False))

    assert recommended(app)["count"] == "weak_prerequisite"


def test_the_weak_prerequisite_is_the_cause_at_a_stuck_skill(
    school: School, app: Client, skills: dict[str, Skill]
):
    for before in ("count", "add"):
        SkillPrerequisite.objects.create(
            facility=school.facility, before=skills[before], after=skills["multiply"]
        )
    other = Skill.objects.create(facility=school.facility, code="alone")
    for is_correct in (True, False):
        tracked(app, answer(skill_id="count", is_correct=is_correct))
    for _each in range(16):
        tracked(app, answer(skill_id=other.code, is_correct=False))
        data = tracked(app, answer(skill_id="multiply", is_correct=False))

    named = "This skill builds on COUNT, which is not mastered yet: practise COUNT first."
    assert (data["plateau_detected"], data["cause"]) == (True, "prerequisite")
    assert data["recommendation"] == named
    rows = data_of(app.get("/api/v1/mastery/student_ada"))
    causes = {row["skill_id"]: row["cause"] for row in rows}
    assert causes == {"count": None, "alone": None, "multiply": "prerequisite"}
    velocity = data_of(app.get("/api/v1/velocity/student_ada?skill_id=multiply"))
    assert (velocity["cause"], velocity["recommendation"]) == ("prerequisite", named)
    predictions = data_of(app.get("/api/v1/predictions/student_ada"))
    assert f"MULTIPLY: {named}" in predictions["recommendations"]
    learner = school.ada
    assert named in look(school.admin, "coach_learner", learner.pk)
    assert named in look(school.admin, "index")

    for code in ("count", "add"):
        for _each in range(10):
            tracked(app, answer(skill_id=code))
    data = tracked(app, answer(skill_id="multiply", is_correct=False))
    assert (data["plateau_detected"], data["cause"]) == (True, None)


def recommended(app: Client) -> dict[str, str]:
    rows = data_of(app.get("/api/v1/next/student_ada"))["items"]
    return {row["skill_id"]: row["reason"] for row in rows}


def mastered(learner: User, known: dict[Skill, bool]) -> None:
    """Create the states of a learner who has or has not mastered skills."""
    SkillState.objects.bulk_create(
        SkillState(
            learner=learner, skill=skill, mastery=0.97 if knows else 0.3, attempts=9, correct=5,
            course=b"", last_practised=timezone.now(),
        )
        for skill, knows in known.items()
    )  # fmt: skip


@pytest.fixture
def chain(school: School, skills: dict[str, Skill]) -> None:
    """Thirty learners each know none, one or both of two skills that build on each other."""
    for depth in (0, 1, 2):
        for _each in range(30):
            learner = make_user(school.facility, password="x" * 12)
            mastered(learner, {skills["count"]: depth > 0, skills["add"]: depth > 1})


@pytest.mark.usefixtures("chain")
def test_suggestions_apply_only_once_accepted(school: School):
    text = run("suggest_prerequisites", f"--facility={school.facility.pk}")
    run("suggest_prerequisites")
    path = reverse(SUGGESTED)

    assert text == "Riverside: 1 suggestions.\n"
    [row] = PrerequisiteSuggestion.objects.all()
    assert (row.before.code, row.after.code, row.learners, row.successes) == ("count", "add", 30, 0)
    assert edges() == set()
    page = browser(school.admin).get(path).content.decode()
    assert "0 of 30 learners, at most 8" in page
    assert "30 of 60 learners" in page

    accepted = browser(school.admin).post(
        path, {"action": "accept", "_selected_action": [str(row.pk)]}
    )

    assert accepted.status_code == 302
    assert edges() == {("count", "add")}
    assert not PrerequisiteSuggestion.objects.exists()
    run("suggest_prerequisites")
    assert not PrerequisiteSuggestion.objects.exists()  # it is known by now


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize("who", ["coach", "foreign_coach"])
def test_others_cannot_accept_suggestions(school: School, who: str):
    run("suggest_prerequisites")
    row = PrerequisiteSuggestion.objects.get()

    browser(getattr(school, who)).post(
        reverse(SUGGESTED), {"action": "accept", "_selected_action": [str(row.pk)]}
    )

    assert edges() == set()
