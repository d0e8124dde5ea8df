"""A concern that came by telephone, by letter or at the counter: an agent writes down what was said."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.faces.workspace.tickets.attaching import FilesField, keep
from anliegen.flow.channels import spoken
from anliegen.ground import clock
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.queries import default_brand
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
    seen = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0
    )  # the newest event when it was drawn

    def __init__(self, agent: Agent, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        teams = Team.objects.filter(is_active=True).order_by("name", "pk")
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["channel"].initial = "phone"
        self.fields["take"].initial = True
        self.fields["seen"].initial = _newest_event
        mine = [team for team in teams if team.pk in agent.team_ids()]
        self.fields["team"].initial = mine[0].pk if mine else None

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"].strip()
        if phone and sum(sign.isdigit() for sign in phone) < 4:
            raise forms.ValidationError(_("That is too short for a telephone number."))
        return phone


@asks("ticket.open")
def new(request: HttpRequest) -> HttpResponse:
    """Write down a concern."""
    form = NewForm(agent_of(request), request.POST or None, request.FILES or None)
    if form.is_valid():
        return redirect("workspace:ticket", _open(request, form).pk)
    status = 422 if form.is_bound else 200
    return page(request, "workspace/new.html", {"form": form}, status=status)


def _newest_event() -> int:
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _open(request: HttpRequest, form: NewForm) -> Ticket:
    given = form.cleaned_data
    said = spoken.Spoken(
        channel=given["channel"],
        name=given["name"],
        subject=given["subject"],
        text=given["text"].replace("\r\n", "\n"),
        ways=tuple((kind, given[kind]) for kind in ("email", "phone") if given[kind]),
        files=tuple(keep(upload) for upload in given["files"]),
    )
    return spoken.write_down(
        said,
        brand=default_brand(),
        team=given["team"],
        assignee=agent_of(request) if given["take"] else None,
        after=given["seen"],
        actor=actor_of(request),
        at=clock.now(),
    )
