"""One block of a page, for htmx: the same template serves the whole page and the part that changes."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import engines
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html

from anliegen.faces.ui import drawing


def fragment(template: str, block: str, context: Mapping[str, Any], request: HttpRequest | None = None) -> str:
    """The block as text. It sees the context and the globals, not what the template sets or imports outside it.

    Raises KeyError when the template itself (not its parent) has no such block.
    """
    backend: Any = engines["jinja2"]
    given = dict(context)
    if request is not None:
        given |= {"request": request}
        for processor in backend.template_context_processors:
            given |= processor(request)
    made = backend.env.get_template(template)
    with drawing.in_one_place():
        return "".join(made.blocks[block](made.new_context(given)))


def token(request: HttpRequest) -> dict[str, Any]:
    """Context processor. The token is masked anew for each page and not for each form on it; none is made for a page
    without forms, which then needs no cookie."""
    given = SimpleLazyObject(lambda: get_token(request))
    field = '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
    return {"csrf_token": given, "csrf_input": SimpleLazyObject(lambda: format_html(field, given))}


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, block: str | None = None, status: int = 200
) -> HttpResponse:
    """The whole page, or only `block` when htmx asked for a part. Varies on HX-Request so that no cache mixes them."""
    asked, restoring = request.headers.get("HX-Request"), request.headers.get("HX-History-Restore-Request")
    partial = asked == "true" and restoring != "true"
    if partial and block is not None:
        content = fragment(template, block, context, request)
    else:
        content = engines["jinja2"].get_template(template).render(dict(context), request)
    response = HttpResponse(content, status=status)
    response.headers["Vary"] = "HX-Request"
    return response
