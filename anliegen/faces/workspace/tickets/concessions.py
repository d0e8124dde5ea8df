"""Giving something without having to, beside the ticket; and the list of what waits for one's own decision."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.numbers import money
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of, insist
from anliegen.faces.workspace.tickets import proposing
from anliegen.faces.workspace.tickets.page import ticket_for
from anliegen.flow.automation import taken_up
from anliegen.flow.automation.models import Decision
from anliegen.ground import clock
from anliegen.ground.money import cents_of
from anliegen.records.accounts.models import Agent, ConcessionKind
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import actions, leeway
from anliegen.records.tickets.models import Concession, Ticket
from anliegen.records.tickets.queries import with_joined
from anliegen.records.tickets.seen import as_seen_by

CURRENCY = "EUR"
MOST_WAITING = 200
LOOKS = {
    "waiting": ("waiting", "waiting"),
    "granted": ("check", "accent"),
    "declined": ("close", "quiet"),
    "withdrawn": ("undo", "quiet"),
}


class GiveForm(forms.Form):
    """What is to be given, and why."""

    kind = forms.ModelChoiceField(
        label=gettext_lazy("What"),
        queryset=ConcessionKind.objects.filter(is_active=True).order_by("pk"),
        empty_label=None,
    )
    amount = forms.CharField(
        label=gettext_lazy("Amount"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=())
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("For colleagues; the customer does not read it."),
    )

    def __init__(
        self, currencies: list[str], data: QueryDict | None = None, begun: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"currency": currencies[0], **(begun or {})}, auto_id="give-%s")
        self.fields["currency"].choices = [(code, code) for code in currencies]  # type: ignore[attr-defined]

    def clean_amount(self) -> int:
        cents = cents_of(self.cleaned_data["amount"])
        if cents is None:
            raise forms.ValidationError(_("This is no amount. Write it as 25 or 25,50."))
        return cents


class Given:
    """What the panel shows; each is read when the template comes to it."""

    def __init__(
        self, ticket: Ticket, agent: Agent, form: GiveForm | None = None, proposed: Decision | None = None
    ) -> None:
        self.ticket, self.agent, self.proposed = ticket, agent, proposed
        self._form = form
        self.trouble: str | None = None

    @property
    def may_ask(self) -> bool:
        return may(self.agent, "concession.ask", self.ticket)

    @cached_property
    def rows(self) -> list[Concession]:
        """The newest first, also those of tickets that were joined with this one."""
        found = Concession.objects.filter(ticket__in=with_joined(self.ticket))
        return list(found.select_related("kind", "asked_by", "decided_by", "approver", "withdrawn_by").order_by("-pk"))

    @property
    def newest(self) -> int:
        """Its key; 0 for none."""
        return self.rows[0].pk if self.rows else 0

    @property
    def waiting(self) -> int:
        return sum(one.state == "waiting" for one in self.rows)

    @cached_property
    def lefts(self) -> list[leeway.Left]:
        return leeway.lefts(self.ticket, self.agent, at=clock.now())

    @cached_property
    def kinds(self) -> dict[int, str]:
        return dict(ConcessionKind.objects.filter(is_active=True).order_by("pk").values_list("pk", "name"))

    @property
    def form(self) -> GiveForm:
        if self._form is None:
            begun = proposing.begun(self.proposed, self.kinds) if self.proposed is not None else None
            self._form = GiveForm(self.currencies, begun=begun)
        return self._form

    @property
    def currencies(self) -> list[str]:
        return list(dict.fromkeys([one.limit.currency for one in self.lefts])) or [CURRENCY]

    def may_decide(self, one: Concession) -> bool:
        return (
            one.state == "waiting"
            and one.asked_by_id != self.agent.pk
            and may(self.agent, "concession.approve", self.ticket)
        )

    def may_withdraw(self, one: Concession) -> bool:
        return one.state in ("waiting", "granted") and self.agent.pk in (one.asked_by_id, one.decided_by_id)

    def look(self, one: Concession) -> tuple[Any, str, str]:
        return (one.get_state_display(), *LOOKS[one.state])

    def proposal(self, one: Concession) -> str:
        """A sentence for the answer, in the customer's language."""
        language = self.ticket.language or "de"
        words = one.kind.proposal_in(language)
        return words.replace("{amount}", money(one.cents, one.currency, language=language))


@asks("ticket.read")
@require_http_methods(["GET", "HEAD", "POST"])
def concessions(request: HttpRequest, number: int) -> HttpResponse:
    """What was given for a ticket; and one more, at once or asked for."""
    ticket, agent = ticket_for(agent_of(request), number), agent_of(request)
    proposed = proposing.proposed_in(request, ticket)
    if request.method != "POST":
        return _shown(request, Given(ticket, agent, proposed=proposed))
    insist(request, "concession.ask", ticket)
    given = Given(ticket, agent)
    form = GiveForm(given.currencies, request.POST)
    given = Given(ticket, agent, form, proposed)
    if not form.is_valid():
        return _shown(request, given, status=422)
    wanted = form.cleaned_data
    wish = actions.Wish(wanted["kind"], wanted["amount"], wanted["currency"], wanted["reason"])
    try:
        made = _give(request, ticket, wish, proposed)
    except actions.NoApprover:
        form.add_error(None, _("This is beyond your leeway, and nobody else may decide it for this concern."))
        return _shown(request, given, status=422)
    return _told(request, ticket, _sentence(made), made)


def _give(request: HttpRequest, ticket: Ticket, wish: actions.Wish, proposed: Decision | None) -> Concession:
    by, after, at = agent_of(request), _after(request), clock.now()
    if proposed is not None:
        return taken_up.give(proposed, ticket, wish, after=after, by=by, at=at)
    return actions.concede(ticket, wish, by=by, after=after, actor=actor_of(request), at=at)


def _after(request: HttpRequest) -> int | None:
    """The newest one that stood in the panel when the form was drawn."""
    given = request.POST.get("after", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


@asks("ticket.read")
@require_POST
def decide(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Grant or decline what somebody else asked, or take back one's own."""
    found = get_object_or_404(Concession.objects.select_related("ticket"), pk=pk)
    ticket, agent = ticket_for(agent_of(request), found.ticket_id), agent_of(request)
    act = _DEEDS.get(deed)
    if act is None:
        raise Http404
    insist(request, "concession.ask" if deed == "withdraw" else "concession.approve", ticket)
    answer = " ".join(request.POST.get("answer", "").split())[:300]
    if deed == "decline" and not answer:
        return _shown(request, _with_trouble(ticket, agent, _("Please say why it is declined.")), status=422)
    try:
        done = act(found, answer, agent, request)
    except actions.NotYours:
        return _shown(request, _with_trouble(ticket, agent, _("Somebody else has to decide this.")), status=422)
    except actions.AlreadyDecided as decided:
        words = _("Somebody was quicker: it is “%(state)s” now.")
        state = decided.concession.get_state_display()
        return _shown(request, _with_trouble(ticket, agent, words % {"state": state}), status=422)
    return _told(request, ticket, _sentence(done), done)


@asks("concession.approve")
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the most urgent first; one's own wishes among it, which others decide."""
    agent = agent_of(request)
    rows = Concession.objects.waiting().filter(ticket__in=Ticket.objects.visible_to(agent))
    found = list(
        rows.select_related("kind", "asked_by", "approver", "ticket__person").order_by("due_at", "pk")[:MOST_WAITING]
    )
    as_seen_by(agent, [one.ticket for one in found])
    context = {"rows": [(one, Given(one.ticket, agent)) for one in found], "now": clock.now()}
    return page(request, "workspace/concessions.html", context | {"said": list(messages.get_messages(request))})


def _grant(found: Concession, answer: str, agent: Agent, request: HttpRequest) -> Concession:
    return actions.grant_concession(found, answer=answer, by=agent, actor=actor_of(request), at=clock.now())


def _decline(found: Concession, answer: str, agent: Agent, request: HttpRequest) -> Concession:
    return actions.decline_concession(found, answer=answer, by=agent, actor=actor_of(request), at=clock.now())


def _withdraw(found: Concession, answer: str, agent: Agent, request: HttpRequest) -> Concession:
    return actions.withdraw_concession(found, by=agent, actor=actor_of(request), at=clock.now())


_DEEDS: dict[str, Callable[[Concession, str, Agent, HttpRequest], Concession]] = {
    "grant": _grant,
    "decline": _decline,
    "withdraw": _withdraw,
}


def _sentence(one: Concession) -> str:
    amount = money(one.cents, one.currency)
    match one.state:
        case "granted":
            return _("%(amount)s are granted.") % {"amount": amount}
        case "waiting":
            name = one.approver.name if one.approver else ""
            return _("%(amount)s are beyond your leeway: %(name)s is asked.") % {"amount": amount, "name": name}
        case "declined":
            return _("%(amount)s are declined.") % {"amount": amount}
    return _("%(amount)s are taken back.") % {"amount": amount}


def _told(request: HttpRequest, ticket: Ticket, sentence: str, one: Concession) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, sentence)
        if request.POST.get("back") == "list":
            return redirect("workspace:concessions")
        return redirect("workspace:ticket-concessions", ticket.pk)
    given = Given(ticket_for(agent_of(request), ticket.pk), agent_of(request))
    undo = one if given.may_withdraw(one) and one.state != "withdrawn" else None
    context = {"ticket": given.ticket, "given": given, "sentence": sentence, "undo": undo}
    return page(request, "workspace/ticket/concessions_said.html", context)


def _with_trouble(ticket: Ticket, agent: Agent, words: str) -> Given:
    given = Given(ticket, agent)
    given.trouble = words
    return given


def _shown(request: HttpRequest, given: Given, *, status: int = 200) -> HttpResponse:
    context = {"ticket": given.ticket, "given": given}
    if request.htmx:  # type: ignore[attr-defined]
        return page(request, "workspace/ticket/concessions.html", context, status=status)
    said = [str(one) for one in messages.get_messages(request)]
    return page(request, "workspace/ticket/concessions_page.html", context | {"said": said}, status=status)
