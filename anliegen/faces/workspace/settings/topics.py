"""What concerns are about: the operator's tree of topics, and topics that seem to be missing."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import SettingForm, choosable_agents, offer
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, posted, refused, show
from anliegen.flow.automation.models import TopicProposal
from anliegen.flow.automation.teaching.actions import TopicsFull, TopicTaken, code_of, dismiss, take_up
from anliegen.ground import clock
from anliegen.ground.text import sort_key
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Team, Topic
from anliegen.records.accounts.models.topics import DEEPEST, MOST_TOPICS
from anliegen.records.tickets.models import Ticket

LONGEST_EXAMPLE, MOST_EXAMPLES = 1000, 200
SHOWN_TICKETS = 8


class LinesField(forms.CharField):
    """A text of which each line is one of a list."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in str(super().clean(value)).splitlines()]
        return [*dict.fromkeys(line for line in lines if line)]


class TopicForm(SettingForm):
    examples = LinesField(
        label=gettext_lazy("Examples"),
        required=False,
        help_text=gettext_lazy(
            "How customers say it, one sentence a line, best five or more. Automation begins to learn from these."
        ),
    )

    class Meta:
        model = Topic
        fields = (
            *("name", "name_en", "parent", "description", "examples", "team", "responsible", "urgency", "is_active"),
        )
        labels = {
            "name": gettext_lazy("Name"),
            "name_en": gettext_lazy("Name in English"),
            "parent": gettext_lazy("Belongs under"),
            "description": gettext_lazy("What belongs here"),
            "team": gettext_lazy("Team"),
            "responsible": gettext_lazy("Answers for it"),
            "urgency": gettext_lazy("Usual urgency"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts = {
            "description": gettext_lazy("In whole sentences: what is meant, and what is not."),
            "team": gettext_lazy(
                "Gets such concerns where the mailbox says no team and the topic is sure enough. Without one: the team "
                "of the topic it belongs under."
            ),
            "responsible": gettext_lazy("A decision needs a person who answers for it."),
            "urgency": gettext_lazy(
                "Set where nobody has said anything else. Without one: that of the topic it belongs under."
            ),
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        others = Topic.objects.exclude(pk__in=_below(self.instance.pk)) if self.instance.pk else Topic.objects.all()
        offer(self, "parent", others, nothing=_("the top"))
        offer(self, "team", Team.objects.filter(is_active=True), nothing=_("no team"))
        offer(self, "responsible", choosable_agents(self.instance.responsible_id), nothing=_("nobody"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if name := cleaned.get("name"):
            self.insist_on_one("name", _("There is a topic of this name already."), name__iexact=name)
            if not self.instance.pk and Topic.objects.filter(code=code_of(name)).exists():
                self.add_error("name", _("There is a topic with nearly this name already."))
        if cleaned.get("team") and not cleaned.get("responsible"):
            self.add_error("responsible", _("Say who answers for it that such concerns go to this team."))
        is_used_already = self.instance.pk is not None and self.instance.is_active
        if cleaned.get("is_active") and not is_used_already and Topic.objects.are_full():
            self.add_error("is_active", _full())
        if len(cleaned.get("examples") or []) > MOST_EXAMPLES:
            self.add_error("examples", _("At most %(most)s examples.") % {"most": MOST_EXAMPLES})
        if any(len(one) > LONGEST_EXAMPLE for one in cleaned.get("examples") or []):
            self.add_error("examples", _("At most %(most)s characters in an example.") % {"most": LONGEST_EXAMPLE})
        if cleaned.get("parent") and _depth(cleaned["parent"]) >= DEEPEST:
            self.add_error("parent", _("The tree has at most %(most)s levels.") % {"most": DEEPEST})
        return cleaned

    def validate_constraints(self) -> None:
        """`clean` has said it in words already."""


@dataclass(frozen=True)
class Branch:
    """A line of the tree."""

    topic: Topic
    name: str
    depth: int
    open: int


@asks("settings.manage")
@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    counted = Ticket.objects.open().exclude(topic="").values_list("topic").order_by().annotate(count=Count("pk"))
    open_ones = dict(counted)
    rows = list(_tree(open_ones))
    known = {row.topic.code for row in rows}
    strays = sorted(((code, count) for code, count in open_ones.items() if code not in known), key=lambda one: -one[1])
    proposals = TopicProposal.objects.filter(settled_at=None).order_by("-pk")[:20]
    return show(
        request,
        "topics",
        {"rows": rows, "strays": strays[:30], "proposals": [_shown(request, one) for one in proposals]},
        place="topics",
    )


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_topic(request: HttpRequest) -> HttpResponse:
    form = TopicForm(posted(request), initial={"is_active": True, "name": request.GET.get("name", "")[:80]})
    if form.is_valid():
        values = form.values()
        code = code_of(values["name"])
        row = accounts.create(Topic, code=code, actor=actor_of(request), at=clock.now(), **values)
        return done(request, _("The topic %(name)s is created.") % {"name": row.name}, "topics")
    return show(request, "topic", {"form": form, "topic": None}, place="topics")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def topic(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Topic, pk=pk)
    form = TopicForm(posted(request), instance=row)
    if form.is_valid():
        accounts.change(row, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("The topic %(name)s is saved.") % {"name": form.cleaned_data["name"]}, "topics")
    kept = Topic.objects.get(pk=pk)
    used = Ticket.objects.filter(topic=kept.code).order_by("-last_message_at", "-number")[:SHOWN_TICKETS]
    seen = [one for one in used if Ticket.objects.visible_to(agent_of(request)).filter(pk=one.pk).exists()]
    return show(request, "topic", {"form": form, "topic": kept, "used": seen}, place="topics")


@asks("settings.manage")
@require_POST
def delete_topic(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Topic, pk=pk)
    if Ticket.objects.filter(topic=row.code).exists():
        words = _("%(name)s stands at concerns and cannot be deleted. Take it out of use instead.")
        return refused(request, words % {"name": row.name}, "topic", pk)
    try:
        accounts.delete(row, actor=actor_of(request), at=clock.now())
    except ProtectedError:
        words = _("%(name)s has topics below it and cannot be deleted.")
        return refused(request, words % {"name": row.name}, "topic", pk)
    return done(request, _("The topic %(name)s is deleted.") % {"name": row.name}, "topics")


@asks("settings.manage")
@require_POST
def take_up_topic(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a topic of a proposal."""
    proposal = get_object_or_404(TopicProposal, pk=pk)
    name = request.POST.get("name", "").strip()[:80]
    if not name:
        return refused(request, _("Say what the topic is to be called."), "topics")
    try:
        made = take_up(proposal, name=name, by=agent_of(request), at=clock.now())
    except TopicTaken:
        words = _("It was dismissed meanwhile, or a topic of this name is out of use. Nothing was changed.")
        return refused(request, words, "topics")
    except TopicsFull:
        return refused(request, _full(), "topics")
    return done(request, _("The topic %(name)s is created.") % {"name": made.name}, "topic", made.pk)


@asks("settings.manage")
@require_POST
def dismiss_topic(request: HttpRequest, pk: int) -> HttpResponse:
    """No topic is missing there."""
    dismiss(get_object_or_404(TopicProposal, pk=pk), by=agent_of(request), at=clock.now())
    return done(request, _("The proposal is dismissed. It does not come again."), "topics")


def _tree(open_ones: dict[str, int]) -> Iterator[Branch]:
    """Each topic below the one it belongs under, in the order of a phone list."""
    language = get_language() or "de"
    below: dict[int | None, list[Topic]] = defaultdict(list)
    for each in Topic.objects.select_related("team", "responsible"):
        below[each.parent_id].append(each)

    def walk(parent: int | None, depth: int) -> Iterator[Branch]:
        for each in sorted(below[parent], key=lambda one: sort_key(one.name_in(language))):
            yield Branch(each, each.name_in(language), depth, open_ones.get(each.code, 0))
            yield from walk(each.pk, depth + 1)

    yield from walk(None, 0)


def _below(pk: int) -> set[int]:
    """A topic with all that is below it: none of them can be above it."""
    found, next_ones = {pk}, {pk}
    while next_ones:
        next_ones = {*Topic.objects.filter(parent__in=next_ones).values_list("pk", flat=True)} - found
        found |= next_ones
    return found


def _full() -> str:
    words = _(
        "%(most)s topics are in use. More than that neither people nor the sorting tell apart:"
        " take one out of use first."
    )
    return words % {"most": MOST_TOPICS}


def _depth(topic: Topic) -> int:
    depth, above = 1, topic.parent
    while above is not None and depth <= DEEPEST:
        depth, above = depth + 1, above.parent
    return depth


def _shown(request: HttpRequest, proposal: TopicProposal) -> dict[str, Any]:
    visible = Ticket.objects.visible_to(agent_of(request)).filter(pk__in=proposal.tickets)
    count = len(proposal.tickets)
    return {
        "pk": proposal.pk,
        "words": proposal.words,
        "count": ngettext("%(count)s concern", "%(count)s concerns", count) % {"count": count},
        "tickets": list(visible.order_by("-number")[:SHOWN_TICKETS]),
        "name": (proposal.words[0] if proposal.words else "").capitalize(),
    }
