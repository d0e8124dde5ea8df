"""`/api/v1/`. All that is below it answers as the API does, addresses that do not exist included."""

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, include, path, re_path

from anliegen.faces.api import docs
from anliegen.faces.api.interface import api
from anliegen.faces.api.problems import as_problems


def nothing_here(request: HttpRequest) -> NoReturn:
    raise Http404


def _guarded(pattern: URLPattern | URLResolver) -> URLPattern | URLResolver:
    if isinstance(pattern, URLPattern):
        pattern.callback = as_problems(pattern.callback)
    return pattern


_routes, _app, _namespace = api.urls

urlpatterns = [
    path("openapi.json", docs.openapi, name="api-openapi"),
    path("docs", docs.page, name="api-docs"),
    path("", include(([_guarded(route) for route in _routes], _app), namespace=_namespace)),
    re_path("", as_problems(nothing_here)),
]
