"""The product's URLs, plus a PUT that stops after validation."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.urls import handler400, handler404, handler500
from logger.serializers.sessions import UpdateSessionSerializer
from roster.permissions import HasScope

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]


class ValidatedSessionView(APIView):
    """Baseline (a): the cost of authentication, parsing, validation and the server."""

    permission_classes = [HasScope]

    def put(self, request: Request, session_id: str) -> Response:  # noqa: ARG002
        """Validate the body of a content session, and respond."""
        serializer = UpdateSessionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.command()
        return Response({"complete": False})


urlpatterns = [
    path("api/logger/validatedsession/<str:session_id>", ValidatedSessionView.as_view()),
    path("", include("config.urls")),
]
