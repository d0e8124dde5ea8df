"""What was promised at a ticket: at a glance beside it, all of it on a page, and what can be done with one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets.page import acted, ticket_for
from anliegen.faces.workspace.tickets.promising import FIELD, LATEST, owner_of, owners
from anliegen.ground import clock
from anliegen.records.accounts import hours
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Promised
from anliegen.records.tickets.models import Promise, Refusal, Ticket
from anliegen.records.tickets.promising.days import Days

Deed = Callable[[HttpRequest, Promise, "PromiseForm"], object]


class PromiseForm(forms.Form):
    """A promise, or what is to become of one. Which fields are asked for the button that was pressed says."""

    words = forms.CharField(
        label=gettext_lazy("What is promised"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("A sentence. The customer reads it on the status page."),
    )
    due_at = forms.DateTimeField(label=gettext_lazy("By when"))
    owner = forms.ChoiceField(label=gettext_lazy("Who sees to it"))
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The customer reads it on the status page."),
    )

    def __init__(self, ticket: Ticket, agent: Agent, *args: Any, asked: tuple[str, ...], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["owner"].choices = owners(ticket, agent)  # type: ignore[attr-defined]
        for name in [name for name in self.fields if name not in asked]:
            del self.fields[name]

    def clean_due_at(self) -> datetime:
        due_at: datetime = self.cleaned_data["due_at"]
        if not clock.now() < due_at < clock.now() + LATEST:
            raise ValidationError(_("Choose a time that is still to come."))
        return due_at

    def clean_owner(self) -> Agent | Team:
        owner = owner_of(self.cleaned_data["owner"])
        if owner is None:
            raise ValidationError(_("They are not here any more; choose somebody else."))
        return owner


NEW = ("words", "due_at", "owner")


@asks("ticket.read")
@require_http_methods(["GET", "HEAD", "POST"])
def promises(request: HttpRequest, number: int) -> HttpResponse:
    """All promises and refusals of a ticket (GET; in a dialog only the form for a new one), and a new one (POST)."""
    ticket = ticket_for(agent_of(request), number)
    if request.method != "POST":
        return _all(request, ticket, _blank(ticket, agent_of(request)))
    insist(request, "ticket.reply", ticket)
    form = PromiseForm(ticket, agent_of(request), request.POST, asked=NEW)
    if form.is_valid():
        given = form.cleaned_data
        promised = Promised(words=given["words"], due_at=given["due_at"], owner=given["owner"])
        try:
            actions.promise(ticket, promised, actor=actor_of(request), at=clock.now())
        except actions.JoinedElsewhere as elsewhere:
            form.add_error(None, _("This concern is carried on in number %(number)s.") % {"number": elsewhere.into})
        else:
            return acted(request, ticket)
    return _all(request, ticket, form)


@asks("ticket.reply")
@require_http_methods(["GET", "HEAD", "POST"])
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    """One promise: kept, moved, handed over, withdrawn or broken, as the button `do` says."""
    found = get_object_or_404(Promise.objects.with_names(), pk=pk)
    ticket = ticket_for(agent_of(request), found.ticket_id)
    insist(request, "ticket.reply", ticket)
    if request.method != "POST":
        return _one(request, ticket, found, None)
    deed = request.POST.get("do", "")
    if deed not in DEEDS:
        raise Http404
    asked, do = DEEDS[deed]
    form = PromiseForm(ticket, agent_of(request), request.POST, asked=asked)
    if not form.is_valid():
        return _one(request, ticket, found, form, deed)
    try:
        do(request, found, form)
    except actions.NotOwed:
        return _one(request, ticket, found, None, is_late=True)
    return acted(request, ticket)


def _keep(request: HttpRequest, promise: Promise, _form: PromiseForm) -> object:
    return actions.keep(promise, actor=actor_of(request), at=clock.now())


def _move(request: HttpRequest, promise: Promise, form: PromiseForm) -> object:
    given = form.cleaned_data
    return actions.move(
        promise, due_at=given["due_at"], reason=given["reason"], actor=actor_of(request), at=clock.now()
    )


def _give(request: HttpRequest, promise: Promise, form: PromiseForm) -> object:
    return actions.hand_over(promise, to=form.cleaned_data["owner"], actor=actor_of(request), at=clock.now())


def _withdraw(request: HttpRequest, promise: Promise, form: PromiseForm) -> object:
    return actions.withdraw(promise, reason=form.cleaned_data["reason"], actor=actor_of(request), at=clock.now())


def _break(request: HttpRequest, promise: Promise, form: PromiseForm) -> object:
    return actions.break_off(promise, reason=form.cleaned_data["reason"], actor=actor_of(request), at=clock.now())


DEEDS: dict[str, tuple[tuple[str, ...], Deed]] = {
    "keep": ((), _keep),
    "move": (("due_at", "reason"), _move),
    "give": (("owner",), _give),
    "withdraw": (("reason",), _withdraw),
    "break": (("reason",), _break),
}
# What can be done with one that is owed, as (deed, title, button, what it means).
WAYS = [
    ("move", gettext_lazy("Another time"), gettext_lazy("Set the new time"), ""),
    ("give", gettext_lazy("Somebody else sees to it"), pgettext_lazy("a promise", "Hand it over"), ""),
    (
        "withdraw",
        gettext_lazy("It is not needed any more"),
        gettext_lazy("Withdraw the promise"),
        gettext_lazy("It counts neither as kept nor as broken."),
    ),
    (
        "break",
        gettext_lazy("It will not be kept"),
        gettext_lazy("Say that it is broken"),
        gettext_lazy("It counts as broken, and whoever leads the team hears of it."),
    ),
]


def _blank(ticket: Ticket, agent: Agent) -> PromiseForm:
    days = Days(clock.now(), hours.of_team(ticket.team))
    initial = {"due_at": timezone.localtime(days.working_days(2, saturdays=False)), "owner": f"agent:{agent.pk}"}
    return PromiseForm(ticket, agent, asked=NEW, initial=initial)


def _all(request: HttpRequest, ticket: Ticket, form: PromiseForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"ticket": ticket, "form": form, "may_promise": _may_promise(request, ticket)}
    if not request.htmx:  # type: ignore[attr-defined]
        refusals = Refusal.objects.filter(message__ticket=ticket).select_related("message", "decided_by", "responsible")
        context["promises"] = Promise.objects.filter(ticket=ticket).with_names().order_by("due_at", "pk")
        context["refusals"] = refusals.order_by("-pk")
    response = page(request, "workspace/ticket/promises.html", context, block="dialog", status=status)
    if status == 422:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#asked", "innerHTML"
    return response


def _one(
    request: HttpRequest,
    ticket: Ticket,
    found: Promise,
    bound: PromiseForm | None,
    deed: str = "",
    *,
    is_late: bool = False,
) -> HttpResponse:
    agent, due = agent_of(request), timezone.localtime(found.due_at).strftime(FIELD)
    initial = {"due_at": due, "owner": found.owner_ref}
    ways = []
    for code, title, button, meaning in WAYS if found.is_owed else ():
        blank = PromiseForm(ticket, agent, asked=DEEDS[code][0], initial=initial, auto_id=f"id_{code}_%s")
        ways.append((code, title, button, meaning, bound if bound is not None and code == deed else blank))
    status = 422 if bound is not None or is_late else 200
    context = {"ticket": ticket, "promise": found, "ways": ways, "is_late": is_late}
    return page(request, "workspace/ticket/promise.html", context, status=status)


def _may_promise(request: HttpRequest, ticket: Ticket) -> bool:
    return ticket.joined_into_id is None and may(agent_of(request), "ticket.reply", ticket)
