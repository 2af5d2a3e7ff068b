"""Metrics of requests and jobs for Prometheus at `/metrics` (contract 0.13)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from config.api_paths import route_of
from config.models import JobRun
from infra import free_space
from roster.authentication import KeyAuthentication
from roster.models import ApiKey, Scope

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
_FORWARDED = (
    "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP",
)  # fmt: skip

REQUESTS = Counter(
    "learntrace_requests", "Number of requests with a response.", ["method", "route", "status"]
)
SECONDS = Histogram(
    "learntrace_request_seconds",
    "Time from the arrival of a request in a thread to its response.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
REFUSED_WRITES = Counter(
    "learntrace_refused_writes", "Number of requests refused because the disk is nearly full."
)


def count_request(request: HttpRequest, *, status: int, seconds: float) -> None:
    """Record a finished request under its URL pattern, without the values in its path."""
    method = request.method if request.method in _METHODS else "OTHER"
    route = route_of(request) or "unknown"
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(method, route).observe(seconds)


class JobsCollector(Collector):
    """Collects metrics of jobs from the database, because jobs run in another process."""

    def collect(self) -> Iterable[Metric]:
        """Return the times of each job's last success and failure, and its number of rows."""
        succeeded = GaugeMetricFamily(
            "learntrace_job_succeeded_timestamp_seconds",
            "Time of the last successful run of a job.",
            labels=["job"],
        )
        failed = GaugeMetricFamily(
            "learntrace_job_failed_timestamp_seconds",
            "Time of the last failure of a job.",
            labels=["job"],
        )
        done = GaugeMetricFamily(
            "learntrace_job_rows", "Number of rows that a job has processed.", labels=["job"]
        )
        for run in JobRun.objects.order_by("pk"):
            done.add_metric([run.name], run.done)
            for family, moment in ((succeeded, run.succeeded_at), (failed, run.failed_at)):
                if moment is not None:
                    family.add_metric([run.name], moment.timestamp())
        return succeeded, failed, done


class FreeSpaceCollector(Collector):
    """Collects the free space of the disk of the database, as it is for every process."""

    def collect(self) -> Iterable[Metric]:
        """Return the free bytes, if a folder is guarded."""
        free = free_space.free_bytes()
        name, text = "learntrace_free_bytes", "Free bytes on the disk of the database."
        return [] if free is None else [GaugeMetricFamily(name, text, value=free)]


class CanReadMetrics(BasePermission):
    """Allows keys with the scope `admin`, and local requests that no proxy forwarded."""

    message = "The metrics require a key with the scope admin."

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Return True if the caller may read the metrics."""
        if isinstance(request.auth, ApiKey):
            return request.auth.allows(Scope.ADMIN)
        return _is_local(request._request)


def _is_local(request: HttpRequest) -> bool:
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


class MetricsView(APIView):
    """Metrics of all processes of this server, in Prometheus' text format."""

    schema = None
    authentication_classes = [KeyAuthentication]
    permission_classes = [CanReadMetrics]

    def get(self, request: Request) -> HttpResponse:  # noqa: ARG002
        """Return all metrics; those of requests only if the database is unavailable."""
        body = generate_latest(_process_registry())
        body += generate_latest(_registry_of(FreeSpaceCollector()))
        try:
            body += generate_latest(_registry_of(JobsCollector()))
        except DatabaseError:
            body += b"# The database is unavailable: nothing of the jobs.\n"
        return HttpResponse(body, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _process_registry() -> CollectorRegistry:
    if SHARED_FOLDER not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _registry_of(collector: Collector) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(collector)
    return registry
