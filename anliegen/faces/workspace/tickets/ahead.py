"""Pages that a browser fetches while their reader still reads another one (docs/decisions/0022)."""

from django.http import HttpRequest, HttpResponse

FETCHED_LASTS = 120  # seconds


def is_ahead(request: HttpRequest) -> bool:
    """Whether a browser fetches the page while its reader still reads another one: nobody is there yet."""
    return "prefetch" in request.headers.get("Sec-Purpose", "")


def ahead(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What was fetched ahead may be shown for two minutes; what happens meanwhile the page hears by its stream.

    It varies with the cookie, so that nobody who logs in afterwards sees it.
    """
    if is_ahead(request):
        response.headers["Cache-Control"] = f"private, max-age={FETCHED_LASTS}"
    return response
