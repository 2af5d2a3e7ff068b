"""In which language pages are shown: what the reader chose, else what their browser asks for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from config.api_paths import is_api
from config.middleware import GetResponse


class PageLanguage:
    """Show pages in the reader's language; the APIs answer in English whoever asks.

    Django's own middleware leaves the language behind in the thread, where the next request, to an
    API, would find it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request in its language."""
        if is_api(request.path_info):
            return self.get_response(request)
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response
