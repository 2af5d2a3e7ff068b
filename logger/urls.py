"""URLs of `/api/logger`; the second path of a view is the one of real Kolibri servers."""

from __future__ import annotations

from django.urls import path

from logger import views

urlpatterns = [
    path("contentsession", views.SessionsView.as_view(), name="contentsession-list"),
    path("contentsession/<str:session_id>", views.SessionView.as_view(), name="contentsession"),
    path("trackprogress", views.SessionsView.as_view()),
    path("trackprogress/<str:session_id>", views.SessionView.as_view()),
    path(
        "totalcontentprogress/<id:user_id>",
        views.TotalProgressView.as_view(),
        name="totalcontentprogress",
    ),
    path("userprogress/<id:user_id>", views.TotalProgressView.as_view()),
    path("masterylog", views.TriesView.as_view(), name="masterylog-list"),
    path("masterylog/<str:pk>", views.TryView.as_view(), name="masterylog"),
    path("masterylog/<str:index>/diff", views.TryDiffView.as_view(), name="masterylog-diff"),
    path("attemptlog", views.AttemptsView.as_view(), name="attemptlog-list"),
    path("attemptlog/<str:pk>", views.AttemptView.as_view(), name="attemptlog"),
]
