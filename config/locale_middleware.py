"""Middleware for the language of pages (the user's choice, else the browser's) and time zone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from config.api_paths import is_api
from config.middleware import GetResponse


class PageLanguage:
    """Activate the reader's language for pages; the APIs always use English.

    Django's own middleware leaves the language active in the thread, where the next request may
    belong to an API. The time zone that a page activates ends with its request, too.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the response in the request's language."""
        if is_api(request.path_info):
            return self.get_response(request)
        language = translation.get_language_from_request(request)
        with translation.override(language), timezone.override(None):
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response
