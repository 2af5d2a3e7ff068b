"""The small school of a fuzzed server, and the work of one learner in it."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

LOGIN = "correct horse battery staple"
_CONTENT = uuid5(NAMESPACE_URL, "learntrace:fuzz").hex
SCHOOL: dict[str, Any] = {
    "facility": {"name": "Hillside", "partner_id": "1001"},
    "users": [
        {"username": "kim", "password": LOGIN, "role": "coach"},
        {"username": "lena", "password": LOGIN, "role": "learner", "external_id": "lena-1"},
        {"username": "milo", "password": LOGIN, "role": "learner", "external_id": "milo-1"},
    ],
    "classrooms": [
        {
            "name": "8A",
            "coaches": ["kim"],
            "learners": ["lena", "milo"],
            "groups": [{"name": "Readers", "learners": ["lena"]}],
        }
    ],
    "lessons": [{"title": "Week 1", "assigned_to": ["8A"]}],
    "quizzes": [{"title": "Quiz 1", "assigned_to": ["8A"]}],
    "course_sessions": [{"title": "Autumn", "assigned_to": ["8A"]}],
    "api_keys": [{"name": "fuzz", "scopes": ["admin"]}],
}
EXERCISE = {
    "user_id": "lena-1", "node_id": _CONTENT, "content_id": _CONTENT, "channel_id": _CONTENT,
    "kind": "exercise", "mastery_model": {"type": "m_of_n", "m": 3, "n": 5},
}  # fmt: skip
ANSWER = {
    "time_spent_delta": 12,
    "interactions": [{"item": "q1", "correct": 1, "time_spent": 12, "answer": {"choice": "b"}}],
}
TRACKED = {"user_id": "lena-1", "skill_id": "algebra", "item_id": "x + 1", "is_correct": True}
