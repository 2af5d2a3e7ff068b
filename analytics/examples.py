"""Requests and responses that readers of the API documentation can try as they are."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

TRACKING = OpenApiExample(
    "The document's example",
    {
        "user_id": "student_123",
        "skill_id": "algebra_linear",
        "is_correct": True,
        "time_spent_seconds": 45,
        "confidence_score": 4,
    },
    request_only=True,
)
TRACKED = OpenApiExample(
    "The document's answer",
    {
        "success": True,
        "data": {
            "mastery_before": 0.65,
            "mastery_after": 0.72,
            "velocity": 0.07,
            "plateau_detected": False,
            "total_attempts": 24,
            "correct_attempts": 19,
            "indicators": {
                "velocity_declining": False,
                "mastery_stagnant": False,
                "efficiency_dropping": False,
            },
            "cause": None,
            "recommendation": None,
            "plateau_confidence": None,
            "p_correct": 0.6725,
            "confidence": 0.8276,
            "too_few_answers": False,
        },
        "message": "Learning event tracked successfully",
    },
    response_only=True,
    status_codes=["200"],
)
TRACKING_MANY = OpenApiExample(
    "Two answers of one learner",
    [
        {
            "user_id": "student_123",
            "skill_id": "algebra_linear",
            "is_correct": True,
            "event_id": "session-7/1",
            "timestamp": "2026-03-02T09:30:00Z",
        },
        {
            "user_id": "student_123",
            "skill_id": "algebra_linear",
            "is_correct": "yes",
            "event_id": "session-7/2",
        },
    ],
    request_only=True,
    media_type="application/json",
)
TRACKED_MANY = OpenApiExample(
    "One of them is rejected",
    {
        "success": True,
        "data": {"accepted": 1, "duplicates": 0, "rejected": 1},
        "results": [
            {
                "index": 1,
                "status": "rejected",
                "errors": {"is_correct": ["true or false is required."]},
            }
        ],
        "message": "Learning events tracked",
    },
    response_only=True,
    status_codes=["200"],
)
