"""What automation has learnt: models, from what, how well and for whom, and which of them speaks."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import SettingForm
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, posted, refused, said_in, show, unreadable
from anliegen.flow.automation import pauses
from anliegen.flow.automation.choices import choice_in_words
from anliegen.flow.automation.models import Decision, Learnt, Told
from anliegen.flow.automation.teaching import actions, beside, readable, standing
from anliegen.flow.automation.teaching.nightly import learn_now
from anliegen.flow.automation.teaching.speaking import would_apply_from
from anliegen.ground import clock, progress
from anliegen.ground.jobs import defer
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Operator, Topic
from anliegen.records.accounts.models.topics import MOST_TOPICS
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.models import Ticket

TOLD_FOR = timedelta(hours=1)  # what came of it
TROUBLES = {
    "encoder": gettext_lazy("its encoder is not installed: %(encoder)s"),
    "missing": gettext_lazy("its file is missing"),
    "damaged": gettext_lazy("its file is damaged"),
    "format": gettext_lazy("its file is of another version of the program"),
}
# What people call them; the code is for machines.
ENCODERS = {
    "use": gettext_lazy("sentence encoder, 16 languages"),
    "minilm": gettext_lazy("sentence encoder, English"),
}
KEPT_VERSIONS = 12
SHOWN_EXCEPTIONS = 20
SORTING = pauses.scope_of("model:triage@1")  # whichever version speaks


class BoundForm(SettingForm):
    error_bound = forms.IntegerField(
        label=gettext_lazy("Errors allowed, in percent"),
        min_value=1,
        max_value=20,
        help_text=gettext_lazy(
            "Of what automation sorts without asking, so many may turn out wrong. "
            "It is silent rather than more often wrong."
        ),
    )
    unplaced_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes until a look"),
        min_value=5,
        max_value=2880,
        help_text=gettext_lazy("Within so many minutes of service hours somebody looks at what fits no category."),
    )

    class Meta:
        model = Operator
        fields = ("error_bound", "unplaced_minutes")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def learnt(request: HttpRequest) -> HttpResponse:
    """All of it on one page."""
    operator = the_operator()
    form = BoundForm(posted(request), instance=Operator.objects.get(pk=operator.pk))
    if form.is_valid():
        accounts.change(operator, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("Saved. It counts within a minute."), "learnt")
    versions = list(Learnt.objects.select_related("responsible", "settled_by").order_by("-version")[:KEPT_VERSIONS])
    waiting = next((one for one in versions if one.state == "waiting"), None)
    seen = beside.of(waiting) if waiting is not None else None
    speaking = next((one for one in versions if one.state == "speaking"), None) or (
        Learnt.objects.speaking().select_related("responsible", "settled_by").first()
    )
    context = {
        "form": form,
        "speaking": speaking,
        "trouble": _trouble(speaking),
        "waiting": waiting,
        "seen": seen,
        "unlike": _seen_by(request, seen.differing) if seen is not None else [],
        "exceptions": _exceptions(request),
        "names": _topic_names(),
        "versions": versions,
        "learning": _learning(),
        "is_paused": pauses.is_paused(SORTING),
        "is_paused_alone": SORTING in pauses.active(),
        "standing": standing.now(),
        "encoder_name": encoder_name,
        "asking": Decision.objects.waiting().filter(question="topic").count(),
    }
    return show(request, "learnt", context, place="learnt")


@asks("settings.manage")
@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One model: its dataset sheet, its test for each group, and how it compares."""
    row = get_object_or_404(Learnt.objects.select_related("responsible", "settled_by"), version=number)
    agents = [("", _("you yourself")), *Agent.objects.active().order_by("name", "pk").values_list("pk", "name")]
    trouble = _trouble(row) if row.state == "speaking" else None
    would = would_apply_from(row) if row.state != "speaking" else None
    told = {
        "trouble": trouble, "would": would, "names": _topic_names(), "language_name": _language_name,
        "encoder_name": encoder_name,
    }  # fmt: skip
    context = {"model": row, "agents": agents, **told}
    return show(request, "version", context, place="learnt")


@asks("settings.manage")
@require_POST
def let_speak(request: HttpRequest, number: int) -> HttpResponse:
    """Approve a model, or let an older one speak again."""
    row = get_object_or_404(Learnt, version=number)
    responsible, reason = _responsible(request), said_in(request, "reason")
    if responsible is None:
        words = _("Nobody who works here was chosen to answer for it. Nothing was changed.")
        return refused(request, words, "version", number)
    if reason is None:
        return unreadable()
    try:
        actions.let_speak(
            row,
            responsible=responsible,
            reason=reason,
            by=agent_of(request),
            at=clock.now(),
        )
    except actions.NotReady:
        words = _("It has no dataset sheet or no test for each group, so it cannot speak. Let it learn anew.")
        return refused(request, words, "version", number)
    except actions.NeedsReason:
        words = _("It does much worse for some, or was tried on few. Say why it may speak; nothing was changed.")
        return refused(request, words, "version", number)
    return done(request, _("Version %(number)s speaks now.") % {"number": number}, "learnt")


@asks("settings.manage")
@require_POST
def silence(request: HttpRequest, number: int) -> HttpResponse:
    row = get_object_or_404(Learnt, version=number)
    reason = said_in(request, "reason")
    if reason is None:
        return unreadable()
    actions.silence(row, reason=reason, by=agent_of(request), at=clock.now())
    return done(request, _("It is silent. People sort alone."), "learnt")


@asks("settings.manage")
@require_POST
def pause_sorting(request: HttpRequest) -> HttpResponse:
    """Keep the model from reading for a while, or let it go on."""
    if "again" in request.POST:
        pauses.resume(SORTING, actor=actor_of(request), at=clock.now())
        return done(request, _("It goes on."), "learnt")
    pauses.pause(SORTING, actor=actor_of(request), at=clock.now())
    return done(request, _("It is paused. People sort alone."), "learnt")


@asks("settings.manage")
@require_POST
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    row = get_object_or_404(Learnt, version=number)
    reason = said_in(request, "reason")
    if reason is None:
        return unreadable()
    actions.refuse(row, reason=reason, by=agent_of(request), at=clock.now())
    return done(request, _("Version %(number)s is refused.") % {"number": number}, "learnt")


@asks("settings.manage")
@require_POST
def learn(request: HttpRequest) -> HttpResponse:
    """Learn now instead of by night."""
    if Topic.objects.active().count() < 2 and not Told.objects.exists():
        words = _("There is nothing to learn from yet: create at least two topics with a few examples each.")
        return refused(request, words, "learnt")
    if (number := Topic.objects.active().count()) > MOST_TOPICS:
        words = _("%(number)s topics are in use, and at most %(most)s are told apart. Take some out of use first.")
        return refused(request, words % {"number": number, "most": MOST_TOPICS}, "learnt")
    defer(learn_now, key="learn-now")
    return done(request, _("It learns in the background; the result waits here for approval."), "learnt")


def _learning() -> dict[str, Any] | None:
    """How the learning that somebody asked for stands, and for a while what came of it."""
    run = progress.newest(learn_now)
    if run is None or (not run.goes_on and run.since < clock.now() - TOLD_FOR):
        return None
    made = Learnt.objects.filter(learnt_at__gte=run.began_at) if run.state == "done" else Learnt.objects.none()
    return {"run": run, "made": made.order_by("-version").first()}


def _trouble(speaking: Learnt | None) -> str | None:
    """Why the version that speaks cannot be read."""
    found = TROUBLES.get(readable.trouble(speaking)) if speaking is not None else None
    return str(found) % {"encoder": encoder_name(speaking.encoder)} if speaking is not None and found else None


def encoder_name(code: str) -> str:
    """What people call it; of one that this version does not know, its code."""
    return str(ENCODERS.get(code, code))


def _responsible(request: HttpRequest) -> Agent | None:
    """Who was chosen to answer for it; whoever asks, where nobody was."""
    key = request.POST.get("responsible", "")
    if not key:
        return agent_of(request)
    is_key = key.isascii() and key.isdecimal() and len(key) < 19
    return Agent.objects.active().filter(pk=int(key)).first() if is_key else None


def _seen_by(request: HttpRequest, numbers: Sequence[int]) -> list[Ticket]:
    """Those that this agent may see, the newest first."""
    return list(Ticket.objects.visible_to(agent_of(request)).filter(pk__in=numbers).order_by("-pk"))


def _exceptions(request: HttpRequest) -> list[Told]:
    """The newest, of concerns that this agent may see."""
    seen = Ticket.objects.visible_to(agent_of(request))
    rows = Told.objects.filter(is_exception=True, ticket__in=seen).select_related("ticket", "agent")
    return list(rows.order_by("-told_at", "-pk")[:SHOWN_EXCEPTIONS])


def _language_name(code: str) -> str:
    return choice_in_words(f"language:{code}")


def _topic_names() -> dict[str, Any]:
    language = get_language() or "de"
    return {row.code: row.name_in(language) for row in Topic.objects.all()}
