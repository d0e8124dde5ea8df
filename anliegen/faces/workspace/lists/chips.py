"""A filter in words: the chips above a list, each of which can be taken away, and the form in which one chooses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of
from anliegen.faces.workspace.listing import Listing, address, listing_of
from anliegen.ground import text
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.accounts.queries import at_hand
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Person
from anliegen.records.tickets.models import CHANNELS, PRIORITIES, STATUSES, Ticket
from anliegen.records.tickets.people import seen_organisations, seen_people
from anliegen.records.tickets.view_filters import NAMES, SPAN, Filter, keys

LANGUAGES = {
    "de": gettext_lazy("German"),
    "en": gettext_lazy("English"),
    "fr": gettext_lazy("French"),
    "it": gettext_lazy("Italian"),
    "pl": gettext_lazy("Polish"),
    "ru": gettext_lazy("Russian"),
    "tr": gettext_lazy("Turkish"),
    "uk": gettext_lazy("Ukrainian"),
}
WORDS: dict[str, str | Promise] = {
    "status": gettext_lazy("Status"),
    "team": gettext_lazy("Team"),
    "assignee": gettext_lazy("Assigned to"),
    "topic": gettext_lazy("Topic"),
    "channel": gettext_lazy("Channel"),
    "tag": gettext_lazy("Tag"),
    "priority": gettext_lazy("Priority"),
    "person": gettext_lazy("Customer"),
    "organisation": gettext_lazy("Organisation"),
    "language": gettext_lazy("Language"),
    "waits": gettext_lazy("Waits"),
    "created": gettext_lazy("Opened"),
    "promise": gettext_lazy("Promise"),
    "due": gettext_lazy("Due"),
    "snoozed": gettext_lazy("Aside"),
    "unplaced": gettext_lazy("Fits no category"),
    "mentioned": gettext_lazy("Mentions"),
    "text": gettext_lazy("Text"),
}
_SWITCHES = ("snoozed", "unplaced", "mentioned")
_CODES: dict[str, Mapping[str, str | Promise]] = {
    "status": dict(STATUSES),
    "channel": dict(CHANNELS),
    "priority": {str(key): word for key, word in PRIORITIES},
    "language": LANGUAGES,
}
_SPECIAL = {"mine": gettext_lazy("my teams"), "me": gettext_lazy("me"), "none": gettext_lazy("nobody")}
_WHOLE = {
    ("waits", "any"): gettext_lazy("Waits for us"),
    ("promise", "any"): gettext_lazy("An open promise"),
    ("promise", "overdue"): gettext_lazy("Promise overdue"),
    ("due", "any"): gettext_lazy("Some deadline"),
    ("due", "overdue"): gettext_lazy("Deadline overdue"),
}


@dataclass(frozen=True)
class Chip:
    """One part of a filter: what it asks, and where the list is without it (None: it stays)."""

    name: str
    text: str
    remove: str | None


def chips(request: HttpRequest, listing: Listing) -> list[Chip]:
    """What the list is narrowed by."""
    return [
        Chip(name, said, address(listing.without(name, value)))
        for name, value, said in in_words(listing.chosen, agent_of(request))
    ]


def in_words(wanted: Filter, agent: Agent) -> list[tuple[str, str, str]]:
    """Each part of a filter as (field, value, words)."""
    named = _names(wanted, agent)
    return [(name, value, _said(name, value, named)) for name, value in wanted.pairs()]


def _said(name: str, value: str, named: Mapping[tuple[str, str], str]) -> str:
    field = str(WORDS[name])
    if value == "none" and name == "team":
        return f"{field}: {_('no team')}"
    if value == "yes" or name == "mentioned":
        return field
    if (name, value) in _WHOLE:
        return str(_WHOLE[name, value])
    if value in _SPECIAL and name in ("team", "assignee"):
        return f"{field}: {_SPECIAL[value]}"
    if match := SPAN.fullmatch(value) if name in ("waits", "created", "promise", "due") else None:
        return _span(name, int(match[1]), match[2])
    if name == "created":
        return _("Opened before %(day)s") % {"day": date_format(date.fromisoformat(value), "d.m.Y")}
    word = named.get((name, value)) or _CODES.get(name, {}).get(value)
    return f"{field}: {word or value}"


def _span(name: str, many: int, unit: str) -> str:
    if unit == "h":
        long = ngettext("%(number)s hour", "%(number)s hours", many) % {"number": many}
    else:
        long = ngettext("%(number)s day", "%(number)s days", many) % {"number": many}
    return {
        "waits": _("Waits longer than %(time)s"),
        "created": _("Opened longer ago than %(time)s"),
        "promise": _("Promise due within %(time)s"),
        "due": _("Due within %(time)s"),
    }[name] % {"time": long}


def _names(wanted: Filter, agent: Agent) -> dict[tuple[str, str], str]:
    """The names of those that the filter names by their keys; nothing is read where it names none."""
    found: dict[tuple[str, str], str] = {}
    known: dict[str, QuerySet[Any]] = {"team": Team.objects.all(), "assignee": Agent.objects.all()}
    if may(agent, "customer.read"):
        theirs = Exists(Ticket.objects.visible_to(agent).filter(person=OuterRef("pk")))
        people = Person.objects.all() if agent.role.sees_all_teams else Person.objects.filter(theirs)
        known |= {"person": people, "organisation": seen_organisations(agent)}
    for name, rows in known.items():
        if wanted_keys := keys(getattr(wanted, name)):
            named = rows.filter(pk__in=wanted_keys).values_list("pk", "name")
            found |= {(name, str(pk)): said for pk, said in named if said}
    return found


def is_sent_by_hand(query: QueryDict) -> bool:
    """Whether an address comes from the form, with fields that are empty or typed in words."""
    return "customer" in query or any(not value for name in NAMES for value in query.getlist(name))


def tidied(request: HttpRequest) -> str:
    """The same list by the address that names it, and nothing else."""
    listing = listing_of(request)
    pairs = listing.pairs()
    if asked := request.GET.get("customer", "").strip():
        pairs = [
            *(pair for pair in pairs if pair[0] not in ("person", "organisation")),
            *_customer(asked, agent_of(request)),
        ]
        if listing.view == "mine" and "view" not in request.GET:
            pairs = [pair for pair in pairs if pair[0] != "view"]
    if not any(name in NAMES for name, _value in pairs) and "view" not in request.GET and listing.saved is None:
        pairs = [("view", "open")]
    return address(pairs)


def _customer(asked: str, agent: Agent) -> list[tuple[str, str]]:
    """A person by their address or whole name, an organisation by its name; else what was said by or to somebody.

    Only whom the agent may see: else the address would tell who is a customer of another team.
    """
    if not may(agent, "customer.read"):
        return [("text", asked)]
    folded = text.fold(asked)
    if "@" in asked:
        address = fold_address("email", asked)
        people = seen_people(agent).filter(addresses__kind="email", addresses__folded=address)
    else:
        people = seen_people(agent).filter(folded=folded)
    if person := people.order_by("pk").first():
        return [("person", str(person.pk))]
    if organisation := seen_organisations(agent).filter(name__iexact=asked).order_by("pk").first():
        return [("organisation", str(organisation.pk))]
    return [("text", asked)]


@asks("ticket.read")
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The form in which a filter is chosen: a dialog above the list, or without a script a page."""
    listing = listing_of(request)
    wanted = listing.chosen
    people = at_hand(None)
    said = [words for name, _value, words in in_words(wanted, agent_of(request)) if name in ("person", "organisation")]
    context = {
        "wanted": wanted,
        "kept": _kept(listing),
        "statuses": STATUSES,
        "priorities": [(str(code), word) for code, word in PRIORITIES[::-1]],
        "channels": _or_any(CHANNELS),
        "teams": _or_any([("mine", _("my teams")), *people.teams, ("none", _("no team"))]),
        "agents": _or_any([("me", _("me")), ("none", _("nobody")), *people.agents]),
        "languages": _or_any(LANGUAGES.items()),
        "waits": _spans("waits", ("any", "4h", "24h", "3d", "7d"), wanted.waits),
        "created": _spans("created", ("7d", "30d", "90d", "365d"), wanted.created),
        "promises": _spans("promise", ("any", "overdue", "24h", "7d"), wanted.promise),
        "dues": _spans("due", ("any", "overdue", "24h", "7d"), wanted.due),
        "customer": ", ".join(said),
        "may_name_customers": may(agent_of(request), "customer.read"),
    }
    return page(request, "workspace/list/filter.html", context, block="dialog")


def _kept(listing: Listing) -> list[tuple[str, str]]:
    """What the form has no field for, or one for its first value only."""
    whole = ("status", "priority", "topic", "tag", "text")
    further = [
        (name, value)
        for name in NAMES
        for value in getattr(listing.chosen, name)[name not in ("person", "organisation", *_SWITCHES) :]
        if name not in whole
    ]
    listed = [pair for pair in listing.pairs() if pair[0] in ("view", "saved", "order")]
    return [*listed, *further]


def _or_any(options: Iterable[tuple[Any, Any]]) -> Sequence[tuple[Any, Any]]:
    return [("", _("any")), *options]


def _spans(name: str, offered: Sequence[str], chosen: tuple[str, ...]) -> Sequence[tuple[str, str]]:
    """What a menu offers, and what is chosen already, if somebody wrote it into the address."""
    return [("", _("any")), *((value, _said(name, value, {})) for value in dict.fromkeys((*offered, *chosen)))]
