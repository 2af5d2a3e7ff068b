"""Paths of `/api/v1`."""

from __future__ import annotations

from django.urls import path

from analytics import views

urlpatterns = [
    path("track-answer", views.TrackAnswerView.as_view(), name="track-answer"),
]
