"""Ids in the paths of the APIs: each is one segment, with encoded slashes (contract 0.2)."""

from __future__ import annotations

from urllib.parse import quote, unquote_to_bytes

from django.http import HttpRequest
from django.urls.converters import StringConverter
from django.utils.encoding import repercent_broken_unicode


def escape_segments(raw_path: str) -> str:
    """Return a path with decoded segments, but with the slashes and percent signs in them encoded.

    Bytes that are not UTF-8 remain encoded, too, which no id is.

    Parameters
    ----------
    raw_path : the path as in the URL, in latin-1 like all of WSGI.
    """
    segments = map(unquote_to_bytes, raw_path.encode("latin-1").split(b"/"))
    escaped = (segment.replace(b"%", b"%25").replace(b"/", b"%2F") for segment in segments)
    return repercent_broken_unicode(b"/".join(escaped)).decode()


def url_path(request: HttpRequest) -> str:
    """Return the path of a request as in a URL."""
    return quote(request.path_info, safe="/:@&+$,-_.!~*'()%")


def absolute_url(request: HttpRequest) -> str:
    """Return the URL of a request, with its query."""
    query = request.META.get("QUERY_STRING", "")
    return f"{request.scheme}://{request.get_host()}{url_path(request)}?{query}"


class IdConverter(StringConverter):
    """An id in an escaped path."""

    regex = "(?:[^/%]|%2F|%25)+"

    def to_python(self, value: str) -> str:
        """Return the id."""
        return value.replace("%2F", "/").replace("%25", "%")
