"""URLs of reports of lessons and quizzes, within `/api/assignments`."""

from __future__ import annotations

from django.urls import path

from logger import views

urlpatterns = [
    path("lesson/<str:pk>/report", views.LessonReportView.as_view(), name="lesson-report"),
    path("quiz/<str:pk>/report", views.QuizReportView.as_view(), name="quiz-report"),
]
