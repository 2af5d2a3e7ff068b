"""URLs of the coach pages, all within the admin."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.urls import URLPattern

from dashboard.views.alerts import AlertActionView, LearnerNoteView
from dashboard.views.assignment_reports import LessonReportPage, QuizReportPage
from dashboard.views.compare import CompareClassesPage
from dashboard.views.digests import DigestPage
from dashboard.views.family_links import MakeFamilyLinkPage, RevokeFamilyLinkView
from dashboard.views.groups import MakeGroupPage
from dashboard.views.item_texts import ItemTextsPage
from dashboard.views.learner_data import EraseLearnerView, ExportLearnerView
from dashboard.views.learners import ItemPage, LearnerPage, SkillHistoryPage, SkillPage
from dashboard.views.login_sessions import OwnSessionsPage, SessionsPage
from dashboard.views.quality import ModelQualityPage
from dashboard.views.reports import LearnerReportPage
from dashboard.views.reviews import AssignReviewPage
from dashboard.views.second_factor import SecondFactorPage
from dashboard.views.thresholds import ThresholdsPage
from dashboard.views.work import AttemptPage, ContentPage, TryPage


def coach_pages(site: AdminSite) -> list[URLPattern]:
    """Return the URL patterns of the coach pages of an admin site."""
    learner = "coach/learners/<key:learner>/"
    return [
        LearnerPage.as_url(learner, "coach_learner", site),
        SkillHistoryPage.as_url(f"{learner}skills/<key:skill>/", "coach_practice", site),
        SkillPage.as_url("coach/skills/<key:skill>/", "coach_skill", site),
        ItemPage.as_url("coach/items/<key:item>/", "coach_item", site),
        ContentPage.as_url(f"{learner}contents/<key:content>/", "coach_content", site),
        TryPage.as_url("coach/tries/<key:try>/", "coach_try", site),
        ModelQualityPage.as_url("coach/model-quality/", "coach_quality", site),
        AttemptPage.as_url("coach/attempts/<key:attempt>/", "coach_attempt", site),
        AlertActionView.as_url("coach/alerts/<key:alert>/", "coach_alert", site),
        MakeGroupPage.as_url(
            "coach/classes/<key:classroom>/skills/<key:skill>/group/", "coach_group", site
        ),
        LearnerNoteView.as_url(f"{learner}notes/", "coach_note", site),
        LearnerReportPage.as_url(f"{learner}report/", "coach_report", site),
        MakeFamilyLinkPage.as_url(f"{learner}family-links/", "coach_family_link", site),
        RevokeFamilyLinkView.as_url("coach/family-links/<key:link>/", "coach_revoke_link", site),
        ThresholdsPage.as_url(
            "coach/facilities/<key:facility>/thresholds/", "coach_thresholds", site
        ),
        LessonReportPage.as_url("coach/lessons/<key:row>/", "coach_lesson", site),
        QuizReportPage.as_url("coach/quizzes/<key:row>/", "coach_quiz", site),
        DigestPage.as_url("coach/digest/", "coach_digest", site),
        CompareClassesPage.as_url("coach/compare/", "coach_compare", site),
        AssignReviewPage.as_url("coach/reviews/new/", "coach_review", site),
        ItemTextsPage.as_url("coach/items/<key:item>/texts/", "coach_item_texts", site),
        OwnSessionsPage.as_url("coach/sessions/", "own_sessions", site),
        SecondFactorPage.as_url("coach/second-factor/", "second_factor", site),
        SessionsPage.as_url("coach/people/<key:person>/sessions/", "person_sessions", site),
        ExportLearnerView.as_url(f"{learner}export/", "coach_export_learner", site),
        EraseLearnerView.as_url(f"{learner}erase/", "coach_erase_learner", site),
    ]
