"""Views of `/v3`: each parses the request, makes one call and writes the response."""

from __future__ import annotations
