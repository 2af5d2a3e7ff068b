"""URLs of `/api/v1`."""

from __future__ import annotations

from django.urls import path

from analytics import alert_views, views

urlpatterns = [
    path("track-answer", views.TrackAnswerView.as_view(), name="track-answer"),
    path("track-answers", views.TrackAnswersView.as_view(), name="track-answers"),
    path("velocity/<id:user_id>", views.VelocityView.as_view(), name="velocity"),
    path("predictions/<id:user_id>", views.PredictionsView.as_view(), name="predictions"),
    path(
        "mastery/<id:user_id>/<id:skill_id>/history",
        views.LearningCurveView.as_view(),
        name="mastery-history",
    ),
    path("model-quality", views.ModelQualityView.as_view(), name="model-quality"),
    path("next/<id:user_id>", views.NextStepsView.as_view(), name="next"),
    path("mastery/<id:user_id>", views.SkillEstimatesView.as_view(), name="mastery"),
    path("alerts", alert_views.AlertsView.as_view(), name="alerts"),
    path("alerts/<id:alert_id>", alert_views.AlertView.as_view(), name="alert"),
]
