"""Paths of `/v3`; apps may call learners by names with slashes."""

from __future__ import annotations

from django.urls import path

from study.views import reading

urlpatterns = [
    path("study", reading.ReviewsView.as_view(), name="study"),
    path(
        "users/<path:user_id>/sets/<str:set_id>/learning_stats",
        reading.SetStatsView.as_view(),
        name="set-learning-stats",
    ),
    path(
        "users/<path:user_id>/items/<str:guid>/learning_stats",
        reading.ItemStatsView.as_view(),
        name="item-learning-stats",
    ),
    path(
        "users/<path:user_id>/learning_stats",
        reading.LearnerStatsView.as_view(),
        name="user-learning-stats",
    ),
]
