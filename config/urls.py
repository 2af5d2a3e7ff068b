"""URL patterns of all pages and APIs; `OptionalTrailingSlash` makes trailing slashes optional."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path, register_converter
from django.views import defaults
from django.views.generic import TemplateView
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularSwaggerSplitView

from config import error_pages, health
from config.metrics import MetricsView
from config.schema import SchemaView
from dashboard.views.digests import UnsubscribePage
from dashboard.views.own_page import OwnPage
from dashboard.views.password_reset import SetPasswordPage
from infra.api.paths import IdConverter
from roster.urls import assignments

register_converter(IdConverter, "id")

urlpatterns = [
    path("", TemplateView.as_view(template_name="index.html"), name="index"),
    path("language", set_language, name="set_language"),
    path("digest/off/<str:token>", UnsubscribePage.as_view(), name="unsubscribe"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", MetricsView.as_view(), name="metrics"),
    path("api/schema", SchemaView.as_view(), name="schema"),
    path(
        "api/docs",
        SpectacularSwaggerSplitView.as_view(
            url_name="schema", authentication_classes=[], template_name="docs.html"
        ),
        name="docs",
    ),
    path("api/auth/", include("roster.urls")),
    path("api/assignments/", include(assignments.urls)),
    path("api/assignments/", include("logger.report_urls")),
    path("api/logger/", include("logger.urls")),
    path("api/v1/", include("analytics.urls")),
    path("v3/", include("study.urls")),
    # Disable Django's "view on site" redirect, which no model uses.
    re_path(r"^admin/r/", defaults.page_not_found, {"exception": None}),
    path("admin/login/", error_pages.admin_login),
    path("admin/", admin.site.urls),
    path("me", OwnPage.as_view(), name="own_page"),
    path("family/<str:token>", error_pages.family_report, name="family_report"),
    path("password-reset", error_pages.password_reset, name="password_reset"),
    path(
        "password-reset/done",
        TemplateView.as_view(template_name="password/done.html"),
        name="password_reset_done",
    ),
    path(
        "password-reset/<str:uidb64>/<str:token>",
        SetPasswordPage.as_view(),
        name="password_reset_confirm",
    ),
]

handler400 = "config.exceptions.bad_request"
handler404 = "config.exceptions.page_not_found"
handler500 = "config.exceptions.server_error"
