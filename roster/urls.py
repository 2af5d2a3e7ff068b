"""Paths of `/api/auth`."""

from __future__ import annotations

from django.urls import path

from roster.views import CurrentSessionView, SessionsView, TokensView

urlpatterns = [
    path("session", SessionsView.as_view(), name="session"),
    path("token", TokensView.as_view(), name="token"),
    path("session/current", CurrentSessionView.as_view(), name="current-session"),
]
