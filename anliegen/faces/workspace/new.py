"""A concern that came by telephone, by letter or at the counter: an agent writes down what was said."""

from dataclasses import dataclass

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.faces.workspace.tickets.writing import FilesField, keep
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.queries import default_brand
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.content import Received
from anliegen.records.tickets.models import Ticket

CHANNELS = [
    ("phone", gettext_lazy("Telephone")),
    ("letter", gettext_lazy("Letter")),
    ("chat", gettext_lazy("At the counter, or in another conversation")),
]


class NewForm(forms.Form):
    """Who it is, what it is about, and who should see to it."""

    channel = forms.ChoiceField(label=gettext_lazy("How did it come?"), choices=CHANNELS, widget=forms.RadioSelect)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    phone = forms.CharField(
        label=gettext_lazy("Telephone number"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("With it, or with the e-mail address, we recognise somebody we know."),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    subject = forms.CharField(label=gettext_lazy("What is it about?"), max_length=400)
    text = forms.CharField(
        label=gettext_lazy("What was said or written?"), widget=forms.Textarea(attrs={"rows": 8}), max_length=100_000
    )
    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=gettext_lazy("no team yet"),
    )
    take = forms.BooleanField(label=gettext_lazy("I take it on myself"), required=False)
    files = FilesField(label=gettext_lazy("Attachments"), required=False)  # type: ignore[assignment]

    def __init__(self, agent: Agent, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        teams = Team.objects.filter(is_active=True).order_by("name", "pk")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["channel"].initial = "phone"
        self.fields["take"].initial = True
        mine = [team for team in teams if team.pk in agent.team_ids()]
        self.fields["team"].initial = mine[0].pk if mine else None

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if phone and sum(sign.isdigit() for sign in phone) < 4:
            raise forms.ValidationError(_("That is too short for a telephone number."))
        return phone


@dataclass(frozen=True)
class Met:
    """The person, and an address when there is one."""

    person: Person
    address: Address | None


@asks("ticket.open")
def new(request: HttpRequest) -> HttpResponse:
    """Write down a concern."""
    form = NewForm(agent_of(request), request.POST or None, request.FILES or None)
    if form.is_valid():
        return redirect("workspace:ticket", _open(request, form).pk)
    status = 422 if form.is_bound else 200
    return page(request, "workspace/new.html", {"form": form}, status=status)


def _open(request: HttpRequest, form: NewForm) -> Ticket:
    given, now, actor = form.cleaned_data, clock.now(), actor_of(request)
    files = tuple(keep(upload) for upload in given["files"])
    with transaction.atomic():
        met = _meet(request, form)
        message = actions.receive(
            Received(
                channel=given["channel"],
                person_id=met.person.pk,
                address=met.address,
                subject=given["subject"],
                text=given["text"].replace("\r\n", "\n"),
                from_name=str(met.person),
                from_address=met.address.value if met.address else "",
                language=met.person.language,
                written_at=now,
                files=files,
            ),
            brand=default_brand(),
            actor=actor,
            at=now,
        )
        wanted = Change(team=given["team"], assignee=agent_of(request)) if given["take"] else Change(team=given["team"])
        return actions.change(message.ticket, wanted, actor=actor, at=now)


def _meet(request: HttpRequest, form: NewForm) -> Met:
    """Who it is: known by one of the addresses, else somebody new. A second address is added if nobody has it."""
    given, now, actor = form.cleaned_data, clock.now(), actor_of(request)
    ways = [(kind, given[kind]) for kind in ("email", "phone") if given[kind]]
    if not ways:
        return Met(customers.create_person(name=given["name"], actor=actor, at=now), None)
    known = next((kind for kind, value in ways if customers.find(kind=kind, value=value)), ways[0][0])
    address = customers.meet(kind=known, value=given[known], name=given["name"], actor=actor, at=now)
    for kind, value in ways:
        if kind != known and customers.find(kind=kind, value=value) is None:
            customers.add_address(address.person, kind=kind, value=value, actor=actor, at=now)
    return Met(address.person, address)
