"""URLs of `/api/auth` and `/api/assignments`."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from roster.api.assignments import CourseSessionViewSet, LessonViewSet, QuizViewSet
from roster.api.facilities import ClassroomViewSet, FacilityViewSet, LearnerGroupViewSet
from roster.api.memberships import MembershipViewSet, RoleViewSet
from roster.api.people import PersonViewSet
from roster.views import CurrentSessionView, SessionsView, TokensView

roster = SimpleRouter(trailing_slash=False, use_regex_path=False)
roster.register("facility", FacilityViewSet, basename="facility")
roster.register("classroom", ClassroomViewSet, basename="classroom")
roster.register("learnergroup", LearnerGroupViewSet, basename="learnergroup")
roster.register("facilityuser", PersonViewSet, basename="facilityuser")
roster.register("membership", MembershipViewSet, basename="membership")
roster.register("role", RoleViewSet, basename="role")

urlpatterns = [
    path("session", SessionsView.as_view(), name="session"),
    path("token", TokensView.as_view(), name="token"),
    path("session/current", CurrentSessionView.as_view(), name="current-session"),
    *roster.urls,
]

assignments = SimpleRouter(trailing_slash=False, use_regex_path=False)
assignments.register("lesson", LessonViewSet, basename="lesson")
assignments.register("quiz", QuizViewSet, basename="quiz")
assignments.register("coursesession", CourseSessionViewSet, basename="coursesession")
