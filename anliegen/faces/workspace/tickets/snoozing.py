"""Putting a concern aside: until when, in words or with one click, and why. What was understood is shown before."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anliegen.faces.ui.dates import exact, exact_day
from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets.page import acted, anew, parts_of, ticket_for
from anliegen.ground import clock
from anliegen.records.accounts import hours
from anliegen.records.tickets import actions, moments
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.moments import Office

TO_UNDO = timedelta(seconds=20)  # as long as the toast offers it; "fetch back" stays in the head
NAMES: dict[str, str | Promise] = {
    "afternoon": gettext_lazy("This afternoon"),
    "tomorrow": gettext_lazy("Tomorrow morning"),
    "workday": gettext_lazy("Next working day"),
    "monday": gettext_lazy("Monday"),
    "next_week": gettext_lazy("Next week"),
    "week": gettext_lazy("In a week"),
    "month": gettext_lazy("In a month"),
}


class SnoozeForm(forms.Form):
    """Until when: a moment that was clicked (`until`), or words. `understood` is what the agent was shown of these."""

    until = forms.DateTimeField(required=False)
    when = forms.CharField(required=False)
    understood = forms.CharField(required=False)
    reason = forms.CharField(required=False)
    version = forms.IntegerField(required=False, min_value=0)


@dataclass(frozen=True)
class Understood:
    """What some words mean: a moment, or why they mean none. Both are empty for no words."""

    at: datetime | None = None
    is_closed: bool = False
    trouble: str = ""

    @property
    def said(self) -> str:
        return exact(self.at, zone=timezone.get_current_timezone()) if self.at else ""

    @property
    def mark(self) -> str:
        return self.at.isoformat() if self.at else ""


@asks("ticket.change")
def snooze(request: HttpRequest, number: int) -> HttpResponse:
    """Ask until when (GET), and do it (POST): at once for what was clicked, for words once they were shown."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.change", ticket)
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    if not ticket.is_open:
        return _stays(request, ticket)
    if request.method != "POST":
        return _ask(request, ticket, Understood(), {"reason": ticket.snooze_reason})
    form = SnoozeForm(request.POST)
    form.is_valid()  # what is no moment and no version is left out
    given = form.cleaned_data
    until = given.get("until")
    if until is None:
        words = understand(given.get("when", ""), _office(ticket))
        if words.at is None or words.mark != given["understood"]:
            return _ask(request, ticket, words, given, is_again=True)
        until = words.at
    return _do(request, ticket, until, given)


@asks("ticket.change")
def understood(request: HttpRequest, number: int) -> HttpResponse:
    """What the words that are being typed mean."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.change", ticket)
    words = understand(request.GET.get("when", ""), _office(ticket))
    return page(request, "workspace/ticket/understood.html", {"words": words})


@asks("ticket.change")
@require_POST
def wake(request: HttpRequest, number: int) -> HttpResponse:
    """Fetch it back before its time."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.change", ticket)
    actions.wake(ticket, actor=actor_of(request), at=clock.now())
    if not request.htmx:  # type: ignore[attr-defined]
        return anew(request, number)
    parts = parts_of(request, ticket_for(agent_of(request), number))
    parts["from_toast"] = request.POST.get("from") == "toast"
    return page(request, "workspace/ticket/woken.html", parts)


def understand(text: str, office: Office) -> Understood:
    """What these words mean, said in the reader's language where they mean nothing."""
    if not text.strip():
        return Understood()
    try:
        at = moments.read(text, now=clock.now(), office=office)
    except moments.NotUnderstood as refused:
        return Understood(trouble=_not_understood(refused.word))
    except moments.Contradiction as refused:
        said = {"day": exact_day(refused.on)}
        return Understood(trouble=_("That does not fit together: this day is %(day)s.") % said)
    except moments.Past as refused:
        day = exact_day(office.local(refused.at).date())
        return Understood(trouble=_("That is over already: %(day)s. Please give a later time.") % {"day": day})
    except moments.TooFar:
        return Understood(trouble=_("That is more than two years away. Please give an earlier time."))
    return Understood(at, is_closed=not office.is_open_at(at))


def _not_understood(word: str) -> str:
    refusal = _("“%(word)s” was not understood.") % {"word": word} if word else _("That names no time.")
    example = _("Try for example “Tue 9:00”, “tomorrow”, “in 3 days” or “3.12.”.")
    return f"{refusal} {example}"


def _do(request: HttpRequest, ticket: Ticket, until: datetime, given: dict[str, Any]) -> HttpResponse:
    was = (ticket.snoozed_until, ticket.snooze_reason)
    try:
        actions.snooze(
            ticket,
            until=until,
            reason=given.get("reason", ""),
            actor=actor_of(request),
            at=clock.now(),
            expected_version=given.get("version"),
        )
    except actions.InThePast:
        over = Understood(trouble=_("That time is over already. Please choose a later one."))
        return _ask(request, ticket, over, given, is_again=True)
    except actions.Changed:
        fresh = ticket_for(agent_of(request), ticket.pk)
        return _ask(request, fresh, Understood(), given, is_again=True, is_news=True)
    except actions.NotOpen:
        return _stays(request, ticket)
    if not request.htmx:  # type: ignore[attr-defined]
        return anew(request, ticket.pk)
    parts = parts_of(request, ticket_for(agent_of(request), ticket.pk))
    return page(request, "workspace/ticket/snoozed.html", parts | {"was": was, "undo_until": clock.now() + TO_UNDO})


def _ask(
    request: HttpRequest,
    ticket: Ticket,
    words: Understood,
    given: dict[str, Any],
    *,
    is_again: bool = False,
    is_news: bool = False,
) -> HttpResponse:
    now, office = clock.now(), _office(ticket)
    context = {
        "ticket": ticket,
        "presets": [(NAMES[one.code], one.at) for one in moments.presets(now, office)],
        "words": words,
        "when_words": given.get("when", ""),
        "reason": given.get("reason", ""),
        "is_missing": is_again and not is_news and words == Understood(),
        "is_news": is_news,
        "earlier": min((at for at in (ticket.promised_for, ticket.due_at) if at and at > now), default=None),
    }
    status = 422 if is_again else 200
    response = page(request, "workspace/ticket/snooze_dialog.html", context, block="dialog", status=status)
    if is_again:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#asked", "innerHTML"
    return response


def _stays(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """What is done cannot be put aside; the page shows that it is done."""
    if request.method != "POST":
        return anew(request, ticket.pk)
    return acted(request, ticket, conflict=_("This concern is done, so there is nothing to come back to."))


def _office(ticket: Ticket) -> Office:
    plan = hours.of_team(ticket.team)
    return Office(ZoneInfo(plan.timezone if plan is not None else settings.TIME_ZONE), plan)
