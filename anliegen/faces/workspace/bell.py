"""The bell: one list for mentions, handovers, due promises and whatever else an agent should know, calm by default."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks, open_to_all_agents
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.faces.workspace.models import KINDS, QUIET_CHOICES, Calm, Notice
from anliegen.faces.workspace.noticing import choosing
from anliegen.faces.workspace.noticing.quiet import calm_of
from anliegen.ground import clock
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.seen import as_seen_by

SHOWN = 100
LOOKS = {
    "mention": ("users", "accent"),
    "handover": ("onward", "accent"),
    "returned": ("undo", "accent"),
    "assigned": ("user", "quiet"),
    "promise": ("promise", "waiting"),
    "deadline": ("calendar", "waiting"),
    "target": ("clock", "waiting"),
    "woken": ("snooze", "quiet"),
    "approval": ("check", "accent"),
    "undelivered": ("broken", "broken"),
    "followed": ("eye", "quiet"),
}
WORDS = dict(KINDS)


@dataclass(frozen=True)
class Shown:
    """A notice as a line of the list."""

    notice: Notice
    sentence: str  # what happened last
    place: str  # the place in the ticket's page where it stands

    @property
    def word(self) -> str | Promise:
        return WORDS[self.notice.kind]

    @property
    def look(self) -> tuple[str, str]:
        return LOOKS[self.notice.kind]


@asks("ticket.read")
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What is new, the newest first; below it what was read."""
    agent = agent_of(request)
    found = Notice.objects.of(agent).select_related("ticket__person").order_by("-changed_at", "-pk")
    unread, read = list(found.unread()[:SHOWN]), list(found.exclude(read_at=None)[: SHOWN // 2])
    as_seen_by(agent, [one.ticket for one in (*unread, *read)])
    shown = _shown([*unread, *read], agent)
    context = {"unread": shown[: len(unread)], "read": shown[len(unread) :], "calm": calm_of(agent)}
    return page(request, "workspace/notices.html", context)


def _shown(found: list[Notice], agent: Agent) -> list[Shown]:
    events = {event.position: event for event in Event.objects.filter(position__in=[one.position for one in found])}
    said = sentences(events.values(), agent)
    lines = []
    for one in found:
        event = events.get(one.position)
        lines.append(Shown(one, said[event.pk] if event else "", _place(one, event)))
    return lines


def _place(notice: Notice, event: Event | None) -> str:
    if notice.note_id:
        return f"#n{notice.note_id}"
    message = event.data.get("message") if event else None
    return f"#m{pk_of(message)}" if message else ""


@asks("ticket.read")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """The bell itself, when its page hears that something is new."""
    return page(request, "workspace/parts/bell.html", {"is_fresh": True})


@asks("ticket.read")
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark as read: one (`pk`), or all up to the newest that stood in the list (`until`)."""
    one, until = _number(request.POST.get("pk")), _number(request.POST.get("until"))
    which = Q(pk=one) if one is not None else Q(position__lte=until or 0)
    choosing.mark_read(agent_of(request), at=clock.now(), which=which)
    return redirect("workspace:notices")


@asks("ticket.read")
@require_POST
def seen(request: HttpRequest, number: int) -> HttpResponse:
    """The agent looks at this concern: what was to be said of it is read. Its own page may not be listening yet."""
    choosing.mark_read(agent_of(request), at=clock.now(), which=Q(ticket=number))
    return page(request, "workspace/parts/bell.html", {"oob": True})


def _number(given: str | None) -> int | None:
    return int(given) if given and given.isascii() and given.isdigit() and len(given) < 19 else None


class CalmForm(forms.ModelForm):  # type: ignore[type-arg]
    """How calm it is to be."""

    quiet = forms.ChoiceField(
        label=gettext_lazy("When nothing is to reach me"),
        choices=QUIET_CHOICES,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("In quiet hours nothing reaches you by itself; it waits in the list."),
    )
    passes = forms.MultipleChoiceField(
        label=gettext_lazy("What may reach me in quiet hours all the same"),
        choices=KINDS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Calm
        fields = ("quiet", "begins", "ends", "passes", "has_sound", "shows_in_browser", "gets_digest")
        widgets = {
            "begins": forms.TimeInput(attrs={"type": "time"}),
            "ends": forms.TimeInput(attrs={"type": "time"}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("begins") and cleaned.get("begins") == cleaned.get("ends"):
            self.add_error("ends", _("Quiet hours need a beginning and another end."))
        return cleaned


@open_to_all_agents("one's own notices")
@require_http_methods(["GET", "HEAD", "POST"])
def calm(request: HttpRequest) -> HttpResponse:
    """Show and save the choices."""
    agent = agent_of(request)
    kept = calm_of(agent)
    form = CalmForm(request.POST if request.method == "POST" else None, instance=kept)
    if form.is_valid():
        choosing.choose(agent, actor=actor_of(request), at=clock.now(), **form.cleaned_data)
        messages.success(request, _("Your choice of notices is kept."))
        return redirect("workspace:calm")
    said = [str(message) for message in messages.get_messages(request)]
    context = {"form": form, "said": said}
    return page(request, "workspace/calm.html", context, status=422 if form.errors else 200)
