"""One block of a page, for htmx: the same template serves the whole page and the part that changes."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy


def fragment(template: str, block: str, context: Mapping[str, Any], request: HttpRequest | None = None) -> str:
    """The block as text. It sees the context and the globals, not what the template sets or imports outside it.

    Raises KeyError when the template itself (not its parent) has no such block.
    """
    backend: Any = engines["jinja2"]
    given = dict(context)
    if request is not None:
        given |= {"request": request, "csrf_input": csrf_input_lazy(request), "csrf_token": csrf_token_lazy(request)}
        for processor in backend.template_context_processors:
            given |= processor(request)
    made = backend.env.get_template(template)
    return "".join(made.blocks[block](made.new_context(given)))


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
