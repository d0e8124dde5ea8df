"""Why it is due then: the times of a ticket with every step, and its legal deadlines, set and settled here."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import legal, why
from anliegen.faces.workspace.tickets.page import acted, ticket_for
from anliegen.ground import clock
from anliegen.ground.text import sort_key
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets.actions import deadlines
from anliegen.records.tickets.aims import yardstick
from anliegen.records.tickets.histories import stories_of
from anliegen.records.tickets.models import Deadline, DeadlineKind, Ticket
from anliegen.records.tickets.queries import with_joined
from anliegen.records.tickets.timing import reckon, steps

SETTLE = {"fulfilled": deadlines.fulfil, "withdrawn": deadlines.withdraw}


class DeadlineForm(forms.Form):
    """A legal deadline: which, from when on, and why."""

    kind = forms.ModelChoiceField(label=gettext_lazy("Which deadline"), queryset=DeadlineKind.objects.none())
    starts_on = forms.DateField(
        label=gettext_lazy("Day of the event"),
        widget=forms.DateInput,
        help_text=gettext_lazy("The day on which it came, not the day on which it is set."),
    )
    why = forms.CharField(
        label=gettext_lazy("Why it is set"),
        max_length=300,
        help_text=gettext_lazy("In a sentence that colleagues understand in a year."),
    )

    def __init__(self, ticket: Ticket, data: Any = None) -> None:
        super().__init__(data, initial={"starts_on": timezone.localdate(ticket.created_at)})
        kinds = DeadlineKind.objects.filter(is_active=True)
        chooser = self.fields["kind"]
        chooser.queryset = kinds  # type: ignore[attr-defined]  # the field that chooses among rows
        chooser.choices = [("", _("choose …")), *_offered(kinds.order_by("pk"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind, starts_on = cleaned.get("kind"), cleaned.get("starts_on")
        if kind and starts_on and not deadlines.is_in_force(kind, starts_on):
            self.add_error("starts_on", _("On that day this rule was not in force."))
        return cleaned


class SettleForm(forms.Form):
    """How a deadline ended, and why."""

    how = forms.ChoiceField(choices=[("fulfilled", ""), ("withdrawn", "")])
    why = forms.CharField(max_length=300)


def _offered(kinds: Any) -> list[tuple[int, str]]:
    language = translation.get_language()
    named = [(kind.pk, f"{kind.name_in(language)} ({kind.law}, {legal.length(kind)})") for kind in kinds]
    return sorted(named, key=lambda one: sort_key(one[1]))


@asks("ticket.read")
@require_safe
def due(request: HttpRequest, number: int) -> HttpResponse:
    """Every time of the ticket with its steps: a dialog, or without a script a page."""
    return _show(request, ticket_for(agent_of(request), number))


@asks("ticket.change")
@require_POST
def set_deadline(request: HttpRequest, number: int) -> HttpResponse:
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.change", ticket)
    form = DeadlineForm(ticket, request.POST)
    if not form.is_valid():
        return _show(request, ticket, form=form)
    deadlines.set_deadline(ticket, **form.cleaned_data, actor=actor_of(request), at=clock.now())
    return acted(request, ticket)


@asks("ticket.change")
@require_POST
def deadline_ends(request: HttpRequest, number: int) -> HttpResponse:
    """Where the deadline would end that is being entered; saves nothing."""
    ticket = ticket_for(agent_of(request), number)
    form = DeadlineForm(ticket, request.POST)
    form.is_valid()
    kind, starts_on = form.cleaned_data.get("kind"), form.cleaned_data.get("starts_on")
    lines: tuple[why.Line, ...] = ()
    if kind and starts_on:
        place = deadlines.where(ticket)
        lines = legal.lines_of(kind, deadlines.ending_of(kind, starts_on, place), place, "")
    return page(request, "workspace/parts/steps.html", {"lines": lines})


@asks("ticket.change")
@require_POST
def settle_deadline(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """It was fulfilled, or is withdrawn: with a reason, and for ever."""
    ticket = ticket_for(agent_of(request), number)
    insist(request, "ticket.change", ticket)
    row = get_object_or_404(Deadline, pk=pk, ticket__in=with_joined(ticket))
    form = SettleForm(request.POST)
    if "how" in form.errors:
        raise Http404
    if not form.is_valid():
        return _show(request, ticket, unsettled=row.pk)
    settle = SETTLE[form.cleaned_data["how"]]
    settle(row, why=form.cleaned_data["why"], actor=actor_of(request), at=clock.now())
    return acted(request, ticket)


def _show(
    request: HttpRequest, ticket: Ticket, *, form: DeadlineForm | None = None, unsettled: int | None = None
) -> HttpResponse:
    """`unsettled` is the deadline that was to be settled without a reason."""
    may_change = may(agent_of(request), "ticket.change", ticket) and ticket.joined_into_id is None
    context = {
        "ticket": ticket,
        "timers": _timers(ticket),
        "laws": legal.laws_of(ticket),
        "form": form or (DeadlineForm(ticket) if may_change else None),
        "may_change": may_change,
        "unsettled": unsettled,
    }
    status = 422 if (form is not None and form.is_bound) or unsettled else 200
    response = page(request, "workspace/ticket/due_page.html", context, block="dialog", status=status)
    if status == 422:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#asked", "innerHTML"
    return response


def _timers(ticket: Ticket) -> list[why.Told]:
    """The open ones first, the earliest due first; then those that ended, the newest first."""
    now, by = clock.now(), yardstick()
    story = stories_of([ticket]).get(ticket.pk) if by.aims else None
    if story is None:
        return []
    found = reckon(story, by.aims, by.hours, now)
    told = [(timer, steps(timer, story, by.hours, now)) for timer in found]
    names = why.names_for((step for _timer, several in told for step in several), (timer.aim for timer in found))
    running = sorted(
        (one for one in told if one[0].is_open), key=lambda one: (one[0].due_at is None, one[0].due_at or now)
    )
    ended = [one for one in told[::-1] if not one[0].is_open]
    return [why.tell(timer, several, names, by.hours, now) for timer, several in (*running, *ended)]
