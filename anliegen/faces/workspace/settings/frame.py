"""What every page of the settings has in common: who asks, how it is shown, what is said after a change."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from anliegen.faces.ui.fragments import page
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.faces.workspace.settings.places import PLACES, open_to
from anliegen.records.accounts.permissions import may

__all__ = [
    "actor_of",
    "agent_of",
    "alarmed",
    "done",
    "not_yet",
    "posted",
    "refused",
    "said_in",
    "show",
    "shown_once",
    "unreadable",
]


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: None, that is unbound, unless something was sent."""
    return request.POST if request.method == "POST" else None


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    place: str,
    status: int = 200,
    block: str | None = None,
) -> HttpResponse:
    """A page of the settings. A form with errors in the context answers 422, so that programs notice, too."""
    form = context.get("form")
    if status == 200 and form is not None and form.is_bound and form.errors:
        status = 422
    frame = {
        "groups": open_to(agent_of(request)),
        "has_overview": may(agent_of(request), "settings.manage"),
        "place": PLACES.get(place),
        "said": list(messages.get_messages(request)),
    }
    return page(request, f"workspace/settings/{template}.html", frame | dict(context), block=block, status=status)


def said_in(request: HttpRequest, field: str) -> str | None:
    """A free text that was sent without a form of its own; None of what no database can keep."""
    said = request.POST.get(field, "").strip()
    return None if "\0" in said else said


def unreadable() -> HttpResponse:
    """The answer to that: no browser sends it, so that a sentence is enough."""
    return HttpResponse(_("Null characters are not allowed."), status=422, content_type="text/plain; charset=utf-8")


def done(request: HttpRequest, sentence: str, to: str, *args: Any) -> HttpResponseRedirect:
    """After a change: say what happened and go on to another page of the settings."""
    messages.success(request, sentence)
    return redirect(f"workspace:settings-{to}", *args)


def refused(request: HttpRequest, sentence: str, to: str, *args: Any) -> HttpResponseRedirect:
    """Nothing was changed: say why, and go back."""
    messages.warning(request, sentence)
    return redirect(f"workspace:settings-{to}", *args)


def not_yet(request: HttpRequest, row: Model, hindrances: Sequence[object], to: str) -> HttpResponseRedirect:
    """It cannot be deactivated: say what still needs it, and go back to its page."""
    words = _("%(name)s cannot be deactivated yet: %(why)s.")
    return refused(request, words % {"name": row, "why": ", ".join(map(str, hindrances))}, to, row.pk)


def alarmed(request: HttpRequest, sentence: str, to: str, *args: Any) -> HttpResponseRedirect:
    """Something is broken that must not be: say what."""
    messages.error(request, sentence)
    return redirect(f"workspace:settings-{to}", *args)


def shown_once(response: HttpResponse) -> HttpResponse:
    """A page with a secret on it is kept by nobody on the way."""
    response.headers["Cache-Control"] = "no-store"
    return response
