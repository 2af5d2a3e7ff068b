"""URLs of `/v3`."""

from __future__ import annotations

from django.urls import path

from study.views import catalogue, results, stats

urlpatterns = [
    path("study", results.StudyView.as_view(), name="study"),
    path("studies", results.ResultsView.as_view(), name="studies"),
    path("sets", catalogue.SetsView.as_view(), name="study-sets"),
    path("sets/<str:set_id>", catalogue.SetView.as_view(), name="study-set"),
    path(
        "sets/<str:set_id>/learning_items",
        catalogue.SetItemsView.as_view(),
        name="study-set-items",
    ),
    path("learning_items/<str:guid>", catalogue.ItemView.as_view(), name="study-item"),
    path("partners/<id:partner_id>/users", catalogue.UsersView.as_view(), name="study-users"),
    path("my/profile", catalogue.ProfileView.as_view(), name="study-profile"),
    path(
        "users/<id:user_id>/sets/<str:set_id>/learning_stats",
        stats.SetStatsView.as_view(),
        name="set-learning-stats",
    ),
    path(
        "users/<id:user_id>/items/<str:guid>/learning_stats",
        stats.ItemStatsView.as_view(),
        name="item-learning-stats",
    ),
    path(
        "users/<id:user_id>/learning_stats",
        stats.LearnerStatsView.as_view(),
        name="user-learning-stats",
    ),
    path("users/<id:user_id>", catalogue.UserView.as_view(), name="study-user"),
]
