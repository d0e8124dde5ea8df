"""Refusals and failures in the look of the portal, each with the way to a person.

The workspace and the interface keep their own pages; these functions are the whole instance's, so they look where the
request went.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import reverse
from django.utils.translation import gettext as _

from anliegen.faces.portal.contact import last_known_contact
from anliegen.faces.ui import errors as house
from anliegen.faces.ui.errors import Trouble

NOT_OURS = ("/workspace/", "/api/", "/dev/", "/static/")
P = ParamSpec("P")
Answer = Callable[Concatenate[HttpRequest, P], HttpResponse]


def _elsewhere(answer: Answer[P]) -> Callable[[Answer[P]], Answer[P]]:
    """What the workspace and the interface get instead."""

    def choose(ours: Answer[P]) -> Answer[P]:
        @wraps(ours)
        def either(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            chosen = answer if request.path.startswith(NOT_OURS) else ours
            return chosen(request, *args, **kwargs)

        return either

    return choose


@_elsewhere(house.not_found)
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        Trouble(
            status=404,
            title=_("There is nothing at this address"),
            happened=_("The link may be old or mistyped, or what stood here was moved."),
            kept=_("Your concerns and messages are all still there."),
            next=_(
                "Go to the start page. There you can describe a concern, or have the link to an earlier one sent to "
                "you."
            ),
        ),
    )


def closed_link(request: HttpRequest) -> HttpResponse:
    """The status link is not or no longer valid. Says the same whether there is such a concern or not."""
    return _page(
        request,
        Trouble(
            status=404,
            title=_("This link does not open a concern"),
            happened=_(
                "It is incomplete, no longer valid, or was made for somebody else. Links end half a year after a "
                "concern is closed."
            ),
            kept=_("Your concern and everything you wrote are still with us."),
            next=_("Have a new link sent to you: we mail it to the address you used. Or ask a person."),
        ),
        new_link=True,
    )


@_elsewhere(house.forbidden)
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        Trouble(
            status=403,
            title=_("This is not open to you"),
            happened=_("The page may only be opened with a link that we mailed."),
            kept=_("Nothing was changed."),
            next=_("Open the link from our mail, have a new one sent to you, or ask a person."),
        ),
        new_link=True,
    )


@_elsewhere(house.bad_request)
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        Trouble(
            status=400,
            title=_("We could not read this"),
            happened=_("The address or the form contained something this page does not understand."),
            kept=_("Nothing was changed."),
            next=_("Go back with the button of your browser and try again, or ask a person."),
        ),
    )


def foreign_form(request: HttpRequest) -> HttpResponse:
    """A form was sent here by another website."""
    return _page(
        request,
        Trouble(
            status=403,
            title=_("This form came from another website"),
            happened=_("Your browser says that the form was not filled in on a page of ours, so we did not take it."),
            kept=_("Nothing was sent and nothing was changed."),
            next=_("Open our start page and write to us from there, or ask a person."),
        ),
    )


def too_large(request: HttpRequest, limit: str) -> HttpResponse:
    """So much that we do not even read it: the answer comes before the text is known."""
    return _page(
        request,
        Trouble(
            status=413,
            title=_("These files are too large"),
            happened=_("Together they are far larger than %(limit)s, so we did not receive them.") % {"limit": limit},
            kept=_("Nothing was sent. What you wrote is still in the form: go back with the button of your browser."),
            next=_("Send fewer or smaller files, or none, and tell us that there is more. A person will say how."),
        ),
    )


@_elsewhere(house.server_error)
def server_error(request: HttpRequest) -> HttpResponse:
    return _page(
        None,
        Trouble(
            status=500,
            title=_("Something failed on our side"),
            happened=_("The server could not finish this. The fault is ours and has been logged."),
            kept=_("Everything we confirmed before is safe. What you just entered may not have arrived."),
            next=_(
                "Go back with the button of your browser: what you wrote is still there. Try again soon, or ask a "
                "person."
            ),
        ),
    )


def not_set_up() -> HttpResponse:
    """An instance without an operator has nobody to name."""
    return house.error_page(
        None,
        Trouble(
            status=503,
            title=_("This service is not set up yet"),
            happened=_("Nobody has said yet who runs it."),
            kept=_("Nothing is lost: there is nothing here yet."),
            next=_("If you run it, say: anliegen setup --organisation NAME --admin EMAIL"),
        ),
    )


def link(name: str, **kwargs: Any) -> str:
    return reverse(f"portal:{name}", kwargs=kwargs)


def _page(request: HttpRequest | None, trouble: Trouble, *, new_link: bool = False) -> HttpResponse:
    """No context processor runs, and the contact may be the last one known: an error page must not fail itself."""
    contact = last_known_contact()
    if contact is None:
        return house.error_page(request, trouble)
    template = engines["jinja2"].env.get_template("portal/error.html")  # type: ignore[attr-defined]
    given = asdict(trouble) | {"new_link": new_link, "contact": contact, "languages": [], "link": link}
    response = HttpResponse(template.render(request=request, **given), status=trouble.status)
    response.headers["Cache-Control"] = "no-store"
    return response
