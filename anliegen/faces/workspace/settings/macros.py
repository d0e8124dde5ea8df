"""Macros: several changes at one press, with what they would do to a real concern before anybody uses them."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import insist
from anliegen.faces.workspace.settings.forms import SettingForm, choosable_agents, offer
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, posted, show
from anliegen.faces.workspace.tickets.macros import preview_at
from anliegen.flow.macros import actions
from anliegen.flow.macros.models import Macro
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.knowledge.models import TextBlock
from anliegen.records.tickets.codes import as_codes
from anliegen.records.tickets.models import Ticket

DOES = ("status", "priority", "team", "given_to", "topic", "adds_tags", "removes_tags", "rests_days", "block")


class MacroForm(SettingForm):
    """What is to become of a ticket; and a concern at which to see it."""

    adds_tags = forms.CharField(label=gettext_lazy("Tags that are added"), required=False, max_length=400)
    removes_tags = forms.CharField(label=gettext_lazy("Tags that are removed"), required=False, max_length=400)
    shared = forms.BooleanField(label=gettext_lazy("For everybody"), required=False)

    class Meta:
        model = Macro
        fields = (
            *("name", "status", "priority", "team", "given_to", "assignee", "topic", "adds_tags", "removes_tags"),
            *("rests_days", "block", "place"),
        )
        labels = {
            "name": gettext_lazy("Name"),
            "status": gettext_lazy("Status"),
            "priority": gettext_lazy("Priority"),
            "team": gettext_lazy("Team"),
            "given_to": gettext_lazy("Assigned to"),
            "assignee": gettext_lazy("Who, if somebody else"),
            "topic": gettext_lazy("Topic"),
            "rests_days": gettext_lazy("Put aside for so many days"),
            "block": gettext_lazy("Text block"),
            "place": gettext_lazy("Where the text block goes"),
        }

    def __init__(self, *args: Any, agent: Agent, **more: Any) -> None:
        super().__init__(*args, **more)
        stays, row, today = _("stays as it is"), self.instance, timezone.localdate(clock.now())
        if row.pk or not may(agent, "text.share"):
            del self.fields["shared"]
        else:
            self.initial["shared"] = True
        for field in ("adds_tags", "removes_tags"):
            self.initial[field] = ", ".join(getattr(row, field))
        chooser = self.fields["priority"]
        chooser.choices = [("", stays), *chooser.choices[1:]]  # type: ignore[attr-defined]
        offer(self, "team", Team.objects.filter(Q(is_active=True) | Q(pk=row.team_id)), nothing=stays)
        offer(self, "assignee", choosable_agents(row.assignee_id), nothing=_("nobody in particular"))
        usable = TextBlock.objects.open_to(agent).in_use(today)
        offer(self, "block", usable | TextBlock.objects.filter(pk=row.block_id), nothing=_("no text"))

    def clean_adds_tags(self) -> list[str]:
        return as_codes(self.cleaned_data["adds_tags"].split(","))

    def clean_removes_tags(self) -> list[str]:
        return as_codes(self.cleaned_data["removes_tags"].split(","))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not any(given.get(field) for field in DOES):
            self.add_error(None, _("As it is, the macro does nothing. Choose at least one change."))
        if given.get("given_to") == "agent" and not given.get("assignee"):
            self.add_error("assignee", _("Please choose who gets it."))
        elif given.get("given_to") != "agent":
            given["assignee"] = None
        block = given.get("block")
        if block is not None and block.owner_id is not None and self.is_shared:
            self.add_error("block", _("This text block is yours alone; a macro for everybody needs one for everybody."))
        return given

    @property
    def is_shared(self) -> bool:
        return self.instance.owner_id is None if self.instance.pk else bool(self.cleaned_data.get("shared"))

    def validate_constraints(self) -> None:
        """`clean` has said it in words already."""


def macro_for(request: HttpRequest, pk: int, *, to_change: bool = True) -> Macro:
    """The macro, if it is everybody's or this agent's; to change it one must be allowed to (403)."""
    rows = Macro.objects.open_to(agent_of(request)).select_related("team", "assignee", "block")
    found = get_object_or_404(rows, pk=pk)
    if to_change and found.owner_id is None:
        insist(request, "text.share")
    return found


@asks("ticket.reply")
@require_safe
def macros(request: HttpRequest) -> HttpResponse:
    rows = Macro.objects.open_to(agent_of(request)).select_related("team", "assignee", "block")
    return show(request, "macros", {"rows": rows.order_by("withdrawn_at", "name", "pk")}, place="macros")


@asks("ticket.reply")
@require_http_methods(["GET", "HEAD", "POST"])
def new_macro(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    form = MacroForm(posted(request), agent=agent)
    if form.is_valid():
        owner = None if form.is_shared else agent
        made = actions.create(owner=owner, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("The macro %(name)s is made.") % {"name": made.name}, "macros")
    return _show(request, form, None)


@asks("ticket.reply")
@require_http_methods(["GET", "HEAD", "POST"])
def macro(request: HttpRequest, pk: int) -> HttpResponse:
    row = macro_for(request, pk, to_change=request.method == "POST")
    form = MacroForm(posted(request), instance=row, agent=agent_of(request))
    if form.is_valid():
        saved = actions.change(row, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("The macro %(name)s is saved.") % {"name": saved.name}, "macros")
    return _show(request, form, macro_for(request, pk, to_change=False))


@asks("ticket.reply")
@require_POST
def use_macro(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of use, or into use again."""
    row = actions.set_in_use(macro_for(request, pk), "again" in request.POST, actor=actor_of(request), at=clock.now())
    again = _("The macro %(name)s is in use again.")
    words = _("The macro %(name)s is no longer in use.") if row.withdrawn_at else again
    return done(request, words % {"name": row.name}, "macros")


@asks("ticket.reply")
@require_POST
def preview_macro(request: HttpRequest) -> HttpResponse:
    """What the macro would do to the concern that is named, as it is being made; saves nothing."""
    form = MacroForm(request.POST, agent=agent_of(request))
    form.is_valid()
    return show(request, "macro_preview", _preview(request, form.instance), place="macros", block="preview")


def _show(request: HttpRequest, form: MacroForm, row: Macro | None) -> HttpResponse:
    may_change = row is None or row.owner_id is not None or may(agent_of(request), "text.share")
    context = {"form": form, "row": row, "may_change": may_change, **_preview(request, form.instance)}
    return show(request, "macro", context, place="macros")


def _preview(request: HttpRequest, macro: Macro) -> dict[str, Any]:
    """At the concern that was asked for, else at the newest one."""
    agent, asked = agent_of(request), request.POST.get("example", "")
    visible = Ticket.objects.visible_to(agent).select_related("person", "team", "assignee", "brand")
    visible = visible.filter(joined_into=None)
    wanted = asked.isascii() and asked.isdigit() and len(asked) < 19
    found = visible.filter(pk=int(asked)).first() if wanted else visible.order_by("-last_message_at", "-pk").first()
    shown = preview_at(found, macro, agent) if found is not None else None
    return {"example": found, "preview": shown, "asked": asked}
