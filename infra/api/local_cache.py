"""Django's cache in the memory of the process, small: expired entries are deleted early."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache

# With fewer entries, expired ones may stay.
MIN_ENTRIES = 1000


class LocalCache(LocMemCache):
    """Cache that deletes all expired entries whenever their number may have doubled.

    Django's own keeps them until it is full, so it grows for hours if the callers change.
    """

    _purged_at = MIN_ENTRIES

    def _set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> None:
        entries: dict[str, Any] = self._cache  # type: ignore[attr-defined]
        if len(entries) >= self._purged_at:
            for each in [each for each in entries if self._has_expired(each)]:  # type: ignore[attr-defined]
                self._delete(each)  # type: ignore[attr-defined]
            self._purged_at = max(2 * len(entries), MIN_ENTRIES)
        super()._set(key, value, timeout)  # type: ignore[misc]
