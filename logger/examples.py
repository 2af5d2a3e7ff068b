"""Example requests of the API's documentation; each can be sent as it is."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

_CONTENT = {
    "node_id": "4b16099983df4fb4a6e2f5c60e475c2d",
    "content_id": "592b76dd1af740778a573652154f0949",
    "channel_id": "ef7fbda7199e468eaaed52e975a50371",
}
WATCHING = OpenApiExample("A video", {**_CONTENT, "kind": "video"}, request_only=True)
PRACTISING = OpenApiExample(
    "An exercise, by an app for its learner",
    {
        **_CONTENT,
        "kind": "exercise",
        "mastery_model": {"type": "m_of_n", "m": 3, "n": 5},
        "user_id": "student_123",
    },
    request_only=True,
)
PROGRESSING = OpenApiExample(
    "Some progress", {"progress_delta": 0.25, "time_spent_delta": 30}, request_only=True
)
ANSWERING = OpenApiExample(
    "An answer",
    {
        "time_spent_delta": 12,
        "interactions": [
            {
                "item": "question 1",
                "correct": 1,
                "time_spent": 12,
                "complete": True,
                "answer": {"choice": "b"},
            }
        ],
    },
    request_only=True,
)
