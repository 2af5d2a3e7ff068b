"""Health checks: `/healthz` (the process is alive) and `/readyz` (it can serve requests)."""

from __future__ import annotations

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe


@csrf_exempt
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Return 200 as long as the process is alive."""
    return JsonResponse({"status": "ok"})


@csrf_exempt
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Return 200 if the database is available and has all migrations, else 503 with the reason."""
    try:
        missing = _migrations() - MigrationRecorder(connection).applied_migrations().keys()
    except DatabaseError:
        return JsonResponse({"status": "database unavailable"}, status=503)
    if missing:
        return JsonResponse({"status": f"migrations to apply: {len(missing)}"}, status=503)
    return JsonResponse({"status": "ok"})


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)
