"""Pages for what went wrong: they say what happened, what is safe, and what to do next."""

from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils import translation
from django.utils.translation import gettext as _

from anliegen.faces.ui.language import chosen_language


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What a page for an error says."""

    status: int
    title: str
    happened: str
    kept: str
    next: str


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django calls this before the language is known. `reason` is for developers and is not shown."""
    with translation.override(chosen_language(request, "")):
        return error_page(
            request,
            Trouble(
                status=403,
                title=_("This form has expired"),
                happened=_("The page was open for a long time, or you logged in or out in another window meanwhile."),
                kept=_("Nothing was sent and nothing was changed."),
                next=_("Go back, copy what you wrote, load the page again and send it once more."),
            ),
            again=request.path if request.method == "GET" else request.headers.get("Referer", "/"),
        )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(
        request,
        Trouble(
            status=400,
            title=_("We could not read this request"),
            happened=_("The address or the form contained something this page does not understand."),
            kept=_("Nothing was changed."),
            next=_("Go back and try again. If it happens once more, tell us what you wanted to do."),
        ),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(
        request,
        Trouble(
            status=403,
            title=_("This is not open to you"),
            happened=_("Your account has no permission for this page, or the link is not meant for you."),
            kept=_("Nothing was changed."),
            next=_("If you need it for your work, ask the person who manages the accounts."),
        ),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(
        request,
        Trouble(
            status=404,
            title=_("There is nothing at this address"),
            happened=_("The link may be old or mistyped, or what stood here was moved."),
            kept=_("Your requests and messages are all still there."),
            next=_("Go to the start page, or use the search."),
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks neither session nor database, because one of them may be what failed."""
    return error_page(
        None,
        Trouble(
            status=500,
            title=_("Something failed on our side"),
            happened=_("The server could not finish this request. The fault is ours and has been logged."),
            kept=_("Everything saved before is safe. What you just entered may not have been saved."),
            next=_("Go back, copy what you wrote, and try again in a minute."),
        ),
        again=request.path if request.method == "GET" else None,
    )


def error_page(request: HttpRequest | None, trouble: Trouble, *, again: str | None = None) -> HttpResponse:
    """No context processor runs: an error page must not fail for the reason it reports."""
    template = engines["jinja2"].env.get_template("ui/error.html")  # type: ignore[attr-defined]
    return HttpResponse(template.render(request=request, again=again, **asdict(trouble)), status=trouble.status)
