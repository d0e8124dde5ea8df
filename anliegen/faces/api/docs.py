"""The API's description: as OpenAPI for programs, and as a plain page for the people who write them."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from anliegen.faces.api.described import routes
from anliegen.faces.api.interface import DESCRIPTION, api
from anliegen.faces.api.problems import KINDS


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(described())


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """In English, as everything in the description is."""
    with translation.override("en"):
        return render(
            request,
            "api/docs.html",
            {"title": "Anliegen API", "description": DESCRIPTION, "routes": routes(described()), "problems": KINDS},
        )


@cache
def described() -> dict[str, Any]:
    """The OpenAPI description; the same for the life of the process."""
    return dict(api.get_openapi_schema())
