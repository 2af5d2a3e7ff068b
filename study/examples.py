"""Requests and responses that readers of the API documentation can try as they are."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

_STUDIED = {
    "user_id": "1185304",
    "partner_id": "779",
    "study_time_millis": 4930,
    "learning_engine_guid": "4ec0d7e2-a986-487d-9682-9ba6bbcb4cea",
    "quiz_result": "Correct",
}
RESULT = OpenApiExample("The document's example", _STUDIED, request_only=True)
RESULTS = OpenApiExample(
    "Two results of one learner",
    [
        {**_STUDIED, "event_id": "lesson-7/1", "timestamp": "2026-03-02T09:30:00Z"},
        {**_STUDIED, "event_id": "lesson-7/2", "quiz_result": "correct"},
    ],
    request_only=True,
    media_type="application/json",
)
STUDIED = OpenApiExample(
    "One of them is rejected",
    {
        "meta": {
            "accepted": 1,
            "duplicates": 0,
            "rejected": 1,
            "results": [
                {
                    "index": 1,
                    "status": "rejected",
                    "errors": [
                        {
                            "status": "400",
                            "code": "INVALID",
                            "title": "Bad Request",
                            "detail": "Must be one of: Correct, Incorrect, AlmostCorrect.",
                            "source": {"pointer": "/quiz_result"},
                        }
                    ],
                }
            ],
        }
    },
    response_only=True,
    status_codes=["200"],
)
