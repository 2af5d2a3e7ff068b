"""URLs of `/api/v1`; ids of learners and skills may contain slashes."""

from __future__ import annotations

from django.urls import path

from analytics import views

urlpatterns = [
    path("track-answer", views.TrackAnswerView.as_view(), name="track-answer"),
    path("track-answers", views.TrackAnswersView.as_view(), name="track-answers"),
    path("velocity/<path:user_id>", views.VelocityView.as_view(), name="velocity"),
    path("predictions/<path:user_id>", views.PredictionsView.as_view(), name="predictions"),
    path(
        "mastery/<path:user_id>/<path:skill_id>/history",
        views.LearningCurveView.as_view(),
        name="mastery-history",
    ),
    path("mastery/<path:user_id>", views.SkillEstimatesView.as_view(), name="mastery"),
]
