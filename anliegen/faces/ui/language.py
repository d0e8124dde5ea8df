"""Language of the person who asks: the profile first, then this browser's choice, then its wishes."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

Answer = Callable[[HttpRequest], HttpResponseBase]


class LanguageMiddleware:
    """Needs request.user, so it stands after the authentication middleware."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = getattr(request, "user", None)
        language = chosen_language(request, getattr(user, "language", ""))
        with translation.override(language):
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language)
        return response


def chosen_language(request: HttpRequest, kept: str) -> str:
    offered = dict(settings.LANGUAGES)
    if kept in offered:
        return kept
    # Looks at the cookie, then at Accept-Language, then at LANGUAGE_CODE.
    return translation.get_language_from_request(request)
