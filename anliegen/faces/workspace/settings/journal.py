"""The journal: what happened, who did it, and why; whether it is whole; and whether its readers keep up."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import by_name
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, alarmed, done, show
from anliegen.ground import clock
from anliegen.ground.journal import breaks
from anliegen.ground.journal.models import Cursor, Event, SeenBreak
from anliegen.ground.journal.verbs import DECLARED
from anliegen.ground.journal.verify import unsealed
from anliegen.oversight.compliance import checks
from anliegen.oversight.compliance.names import names
from anliegen.oversight.compliance.pages import page
from anliegen.oversight.compliance.queries import Chain, Wanted, chain, events, last_check, reader_states
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may

OTHERS = [("system", "Anliegen")]


class WantedForm(forms.Form):
    """What somebody looks for. A wrong entry narrows nothing and is said."""

    subject = forms.CharField(
        label=gettext_lazy("About"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": "ticket:812"}),
    )
    actor = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    verb = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput)
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=forms.DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(f"agent:{agent.pk}", agent.name) for agent in by_name(Agent.objects.all())]
        given = self.data.get("actor", "")
        others = [(given, given)] if given and given not in dict([*people, *OTHERS]) else []
        self.fields["actor"].choices = [("", _("anybody")), *OTHERS, *people, *others]  # type: ignore[attr-defined]
        self.fields["verb"].choices = [("", _("anything")), *verbs()]  # type: ignore[attr-defined]

    def clean_subject(self) -> str:
        """A bare number is the number of a concern, with or without its sign."""
        given: str = self.cleaned_data["subject"].strip().lstrip("#")
        return f"ticket:{given}" if given.isdecimal() else given

    def wanted(self) -> Wanted:
        cleaned = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return Wanted(
            subject=cleaned.get("subject", ""),
            actor=cleaned.get("actor", ""),
            verb=cleaned.get("verb", ""),
            since=_start_of(cleaned.get("since")),
            until=_start_of(cleaned.get("until"), later=timedelta(days=1)),
        )


class SeenForm(forms.Form):
    """Why the journal was cut off or changed, in the words of whoever has looked into it."""

    why = forms.CharField(
        label=gettext_lazy("Why it came"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For instance: the hosting provider set the database back, with day and reference."),
    )


@dataclass(frozen=True)
class Break:
    """A break of the journal, and what somebody has found out about it; else the form in which one says so."""

    mark: Event
    seen: SeenBreak | None
    form: SeenForm

    @property
    def by(self) -> str:
        return self.seen.by if self.seen is not None else "system"


def verbs() -> list[tuple[str, str]]:
    """Whole rooms (`ticket.`) and single verbs, in the order of their codes."""
    codes = sorted(code for code in DECLARED if not code.startswith("test."))
    rooms = sorted({f"{code.partition('.')[0]}." for code in codes})
    return sorted([(room, f"{room}*") for room in rooms] + [(code, code) for code in codes])


@asks("audit.read")
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    return _journal(request)


def _journal(request: HttpRequest, *, wrong: SeenForm | None = None, about: int | None = None) -> HttpResponse:
    """`wrong` is what was sent `about` a break and cannot be taken."""
    agent, form = agent_of(request), WantedForm(request.GET)
    wanted = form.wanted()
    found = page(events(wanted), cursor=request.GET.get("cursor"), by_time=True)
    checked = last_check("journal")
    broken = _breaks({about: wrong} if wrong is not None else {})
    said = sentences([*found.items, *([checked] if checked else []), *(one.mark for one in broken)], agent)
    context = {
        "filter": form,
        "page": found,
        "sentences": said,
        "subjects": names((event.subject for event in found.items), agent),
        "checked": checked,
        "breaks": broken,
        "people": names({one.by for one in broken}, agent),
        "readers": reader_states(),
        "may_retry": may(agent, "settings.manage"),
        "unsealed": unsealed(),
        "query": urlencode({name: value for name, value in request.GET.items() if name != "cursor" and value}),
        "narrows": wanted != Wanted(),
    }
    return show(request, "journal", context, place="journal", status=422 if wrong is not None else 200)


def _breaks(wrong: dict[int | None, SeenForm]) -> list[Break]:
    marks = breaks.marks().select_related("seen").order_by("-id")
    return [
        Break(mark, getattr(mark, "seen", None), wrong.get(mark.pk) or SeenForm(auto_id=f"break-{mark.pk}-%s"))
        for mark in marks
    ]


@asks("audit.read")
@require_safe
def journal_event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event, with the chain of what led to it and what it led to."""
    agent, event = agent_of(request), get_object_or_404(Event, pk=pk)
    found: Chain = chain(event)
    context = {
        "chain": found,
        "event": event,
        "sentences": sentences(found.all, agent),
        "names": names([event.subject, event.actor], agent),
        "hash": bytes(event.hash).hex() if event.hash else None,
    }
    return show(request, "journal_event", context, place="journal")


@asks("audit.read")
@require_POST
def check_journal(request: HttpRequest) -> HttpResponse:
    verdict = checks.check_journal(actor=actor_of(request), at=clock.now())
    if verdict is None:
        return done(
            request, _("So long a journal takes a while. The result will stand here in a few minutes."), "journal"
        )
    if not verdict.ok:
        said = _("The journal was tampered with. It does not hold at position %(position)s.")
        return alarmed(request, said % {"position": verdict.first_bad}, "journal")
    return done(request, _("The journal is whole: %(count)s entries checked.") % {"count": verdict.events}, "journal")


@asks("settings.manage")
@require_POST
def retry_reader(request: HttpRequest, name: str) -> HttpResponse:
    cursor = checks.retry_reader(get_object_or_404(Cursor, pk=name), actor=actor_of(request), at=clock.now())
    return done(request, _("%(name)s tries again in a few seconds.") % {"name": cursor.name}, "journal")


@asks("settings.manage")
@require_POST
def see_break(request: HttpRequest, pk: int) -> HttpResponse:
    mark, form = get_object_or_404(breaks.marks(), pk=pk), SeenForm(request.POST, auto_id=f"break-{pk}-%s")
    if not form.is_valid():
        return _journal(request, wrong=form, about=pk)
    why = form.cleaned_data["why"].replace("\r\n", "\n")
    breaks.acknowledge(mark, why=why, actor=actor_of(request), at=clock.now())
    return done(request, _("It is noted why it came. The break stays visible here and to every check."), "journal")


def _start_of(day: date | None, *, later: timedelta = timedelta(0)) -> datetime | None:
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, time()) + later)
