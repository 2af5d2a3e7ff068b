"""Structured logs: one JSON object per line on standard error, never bodies, passwords or keys."""

from __future__ import annotations

import io
import re
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import orjson
import structlog

_LINKS = re.compile(r"/(family|password-reset)/[^\s?]+")


class _StandardError(io.FileIO):
    """Descriptor 2, whatever replaces `sys.stderr`. A line that cannot be written is lost."""

    def __init__(self) -> None:
        super().__init__(2, "w", closefd=False)

    def write(self, line: Any) -> int:
        """Write a line, unless the disk is full or nobody reads the pipe."""
        with suppress(OSError):
            super().write(line)
        return len(line)


def hide_links(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    """Replace the secrets of links, which Django's errors contain as paths."""
    event["event"] = _LINKS.sub(r"/\1/…", str(event["event"]))
    return event


_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_structlog(level: str) -> None:
    """Configure structlog to write to standard error itself, at a third of the cost of logging."""
    structlog.configure(
        processors=[
            *_SHARED,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(_StandardError()),
        cache_logger_on_first_use=True,
    )


def logging_config(level: str) -> dict[str, Any]:
    """Return the configuration of Python's logging, for Django, other libraries and the server."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    structlog.processors.JSONRenderer(),
                ],
                "foreign_pre_chain": [*_SHARED, hide_links],
            },
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
            # A logger without any handler would print plain text.
            "none": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # config.middleware.RequestLog logs each request; only 5xx need Django's traceback.
            "django.request": {"level": "ERROR"},
            # Anyone can send a wrong Host header; the 400 in the request log is enough.
            "django.security.DisallowedHost": {"handlers": ["none"], "propagate": False},
            "django.server": {"level": "WARNING"},
            "axes": {"level": "ERROR"},
        },
    }
