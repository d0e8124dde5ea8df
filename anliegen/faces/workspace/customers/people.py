"""Everybody who turned to us, as far as one may see them: found by name, address or organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import agent_of
from anliegen.ground import text
from anliegen.ground.search.beginnings import beginnings, words_of
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Address, Organisation, Person
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.people import seen_organisations, seen_people

PAGE = 40
NEWEST = 200  # tickets, among whose people the newest are found
LONGEST = 200
HOUSES = 200  # organisations of such a name whose people are found

R = TypeVar("R", Person, Organisation)


@dataclass(frozen=True)
class Line:
    """One person in the list, with the address at which they are reached best."""

    person: Person
    address: str


@asks("customer.read")
def people(request: HttpRequest) -> HttpResponse:
    """Who wrote last; with a question who is meant by it. The address holds the question and the place."""
    agent, asked = agent_of(request), request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    of_houses = request.GET.get("what") == "organisations"
    cursor = request.GET.get("after", "")
    houses: list[Organisation] = []
    people_found: list[Person] = []
    more = None
    if of_houses:
        houses, more = _page_of([_houses(agent, asked)], cursor)
    elif asked:
        people_found, more = _page_of(_matching(agent, asked), cursor)
    else:
        people_found = _newest(agent)
    here = ({"q": asked} if asked else {}) | ({"what": "organisations"} if of_houses else {})
    root = reverse("workspace:people")
    context = {
        "asked": asked,
        "lines": _lines(people_found),
        "houses": houses,
        "of_houses": of_houses,
        "is_newest": not asked and not of_houses,
        "more": _with_query(root, here | {"after": more}) if more else None,
        "of_people": _with_query(root, {"q": asked} if asked else {}),
        "of_organisations": _with_query(root, {"what": "organisations"} | ({"q": asked} if asked else {})),
    }
    return page(request, "workspace/customers/people.html", context)


def _with_query(root: str, query: dict[str, str]) -> str:
    return f"{root}?{urlencode(query)}" if query else root


def _matching(agent: Agent, asked: str) -> "list[QuerySet[Person]]":
    """People with such an address, of such an organisation, or with such words in their names.

    One question for each, since an index answers each and none answers both at once.
    """
    seen = seen_people(agent)
    if "@" in asked:
        return [seen.filter(pk__in=_with_address("email", asked))]
    if sum(sign.isdigit() for sign in asked) >= 5 and not any(sign.isalpha() for sign in asked):
        return [seen.filter(pk__in=_with_address("phone", asked))]
    if beginnings(text.fold(asked)) is None:
        return [seen.none()]
    houses = _named(Organisation.objects.all(), asked).values_list("pk", flat=True)
    return [_named(seen, asked), seen.filter(organisation__in=list(houses[:HOUSES]))]


def _with_address(kind: str, asked: str) -> "QuerySet[Address]":
    folded = fold_address(kind, asked)
    return Address.objects.filter(kind=kind, folded__gte=folded, folded__lt=f"{folded}\U0010ffff").values("person")  # type: ignore[return-value]


def _named(rows: "QuerySet[R]", asked: str) -> "QuerySet[R]":
    """Those in whose names a word begins with each word that is asked for; with a single letter, the name itself."""
    folded = text.fold(asked)
    query = beginnings(folded)
    if query is None:
        return rows.none()
    if len(folded) == 1:  # a third of all names have such a word
        return rows.filter(folded__gte=folded, folded__lt=f"{folded}\U0010ffff")
    # An order that no index has: walking along the names for the few that fit would take apart every one in between.
    return rows.alias(words=words_of("folded")).filter(words=query).order_by(Concat("folded", Value("")), "pk")


def _houses(agent: Agent, asked: str) -> "QuerySet[Organisation]":
    """Organisations of people whom the agent may see."""
    seen = seen_organisations(agent)
    return _named(seen, asked) if asked else seen


def _page_of(kinds: "Sequence[QuerySet[R]]", cursor: str) -> tuple[list[R], str | None]:
    """The rows of any kind after the place that the cursor names, in the order of a phone list, and the next place."""
    folded, _tilde, key = cursor.rpartition("~")
    if key.isascii() and key.isdigit() and len(key) < 19:
        kinds = [rows.filter(Q(folded__gt=folded) | Q(folded=folded, pk__gt=int(key))) for rows in kinds]
    first, *others = [(rows if rows.ordered else rows.order_by("folded", "pk"))[: PAGE + 1] for rows in kinds]
    found = list(first.union(*others).order_by("folded", "pk")[: PAGE + 1] if others else first)
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], f"{last.folded}~{last.pk}" if last is not None else None


def _newest(agent: Agent) -> list[Person]:
    """Who wrote or was written to last."""
    newest = Ticket.objects.visible_to(agent).order_by("-last_message_at", "-pk").values_list("person", flat=True)
    keys = list(dict.fromkeys(newest[:NEWEST]))[:PAGE]
    found = Person.objects.select_related("organisation").in_bulk(keys)
    return [found[key] for key in keys]


def _lines(found: list[Person]) -> list[Line]:
    best: dict[int, str] = {}
    rows = Address.objects.filter(person__in=found, ended_at=None).order_by("-is_preferred", "kind", "pk")
    for person, value in rows.values_list("person_id", "value"):
        best.setdefault(person, value)
    return [Line(one, best.get(one.pk, "")) for one in found]
