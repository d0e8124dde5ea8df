"""One field finds it: a number jumps, an address or a name finds people, all else is looked for in what was said.

Filters stand in the same field, as words or by choice; so the address is the state.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace import chips
from anliegen.faces.workspace.frame import agent_of, state_of
from anliegen.faces.workspace.rows import Row, rows
from anliegen.ground import clock, text
from anliegen.ground.search.passages import passage
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Person
from anliegen.records.tickets import operators
from anliegen.records.tickets import search as tickets
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.search import Found
from anliegen.records.tickets.seen import as_seen_by

NUMBER = re.compile(r"#?\s*(\d{1,18})")
LONGEST = operators.LONGEST
MOST_PEOPLE = 6
TICKETS_EACH = 5


@dataclass(frozen=True)
class FoundPerson:
    """Somebody whose name or address was typed, with their newest tickets."""

    person: Person
    tickets: list[Row]


@dataclass(frozen=True)
class FoundText:
    """A ticket, with what matched marked in its subject and in the passage."""

    row: Row
    title: list[tuple[str, bool]]
    passage: list[tuple[str, bool]]


@dataclass(frozen=True)
class Results:
    """A page of what a question finds: people with their newest tickets, then what was said."""

    people: list[FoundPerson]
    found: list[FoundText]
    older: str | None
    cut_at: datetime | None = None  # so far back was looked, and perhaps there is more
    wrong: tuple[operators.Filter, ...] = ()

    @property
    def named(self) -> set[int]:
        """The tickets that stand below a person already."""
        return {row.ticket.pk for one in self.people for row in one.tickets}

    @property
    def lines(self) -> list[Row]:
        """All of it in the order of the page, each ticket once."""
        of_people = [row for one in self.people for row in one.tickets]
        return list({row.ticket.pk: row for row in [*of_people, *(one.row for one in self.found)]}.values())


@asks("ticket.read")
def search(request: HttpRequest) -> HttpResponse:
    """What was found; the address holds the question."""
    asked = asked_of(request)
    if (number := _number(asked)) and Ticket.objects.visible_to(agent_of(request)).filter(pk=number).exists():
        return redirect("workspace:ticket", number)
    results = results_of(request)
    cursor, question = request.GET.get("cursor"), operators.parse(asked)
    kept = {"q": asked} | ({"cursor": cursor} if cursor else {})
    context = {
        "asked": asked,
        "results": results,
        "here": urlencode(kept),
        "all": len(results.found) if cursor is None else None,
        "chips": chips.chips(question, results.wrong),
        "menus": chips.menus(question, [one.row.ticket for one in results.found]),
        "unknown": question.unknown,
        "filter_words": chips.words_of_filters(),
        "may_export": may(agent_of(request), "ticket.export"),
        "older": f"{reverse('workspace:search')}?{urlencode({'q': asked, 'cursor': results.older})}"
        if results.older
        else None,
    }
    return page(request, "workspace/search.html", context)


@asks("ticket.read")
def choices(request: HttpRequest) -> HttpResponse:
    """Teams or agents to choose from, for a menu that was opened."""
    key = request.GET.get("which", "")
    if key not in ("team", "assignee"):
        raise Http404
    context = {"choices": chips.further(key, operators.parse(asked_of(request)))}
    return page(request, "workspace/parts/choices.html", context)


def asked_of(request: HttpRequest) -> str:
    """The question, as it stands in the address of the search and of each ticket opened from it."""
    return state_of(request).get("q", "").replace("\x00", "").strip()[:LONGEST]


def results_of(request: HttpRequest) -> Results:
    """What this question finds, on the page that the cursor names."""
    agent, asked, cursor = agent_of(request), asked_of(request), state_of(request).get("cursor")
    found = tickets.search(agent, asked, cursor=cursor) if asked else tickets.FoundPage([], None)
    is_words = asked and not operators.parse(asked).filters
    people = _people(agent, asked, found.items) if is_words and not cursor else []
    as_seen_by(agent, [one.ticket for one in found.items])
    lines = rows([one.ticket for one in found.items], now=clock.now(), with_snippets=False)
    words = operators.parse(asked).words
    texts = [
        FoundText(line, passage(line.ticket.subject, words, LONGEST), one.passage)
        for line, one in zip(lines, found.items, strict=True)
    ]
    return Results(people, texts, found.older, found.cut_at, found.wrong)


def _number(asked: str) -> int | None:
    match = NUMBER.fullmatch(asked)
    return int(match[1]) if match else None


def _people(agent: Agent, asked: str, found: list[Found]) -> list[FoundPerson]:
    """People whose address it is or whose name begins so, and those among the found tickets who have all its words in
    their name; all of them only as far as the agent sees a concern of theirs."""
    if not may(agent, "customer.read"):
        return []
    named = _matching(asked)
    by_index = named.order_by("folded", "pk")[: MOST_PEOPLE * 3] if named is not None else []
    words = text.fold(asked).split()
    by_words = [one.ticket.person for one in found if all(word in one.ticket.person.folded for word in words)]
    people = list(dict.fromkeys([*by_index, *by_words]))[: MOST_PEOPLE * 3]
    newest = _newest_of(agent, people)
    seen = [one for one in people if one.pk in newest or agent.role.sees_all_teams]
    now = clock.now()
    return [FoundPerson(one, rows(newest.get(one.pk, []), now=now, with_snippets=False)) for one in seen[:MOST_PEOPLE]]


def _newest_of(agent: Agent, people: list[Person]) -> dict[int, list[Ticket]]:
    """The newest tickets of each person that the agent may see, in two queries however many people there are."""
    visible = Ticket.objects.visible_to(agent)
    newest_first = ("-last_message_at", "-pk")
    each = [visible.filter(person=one).order_by(*newest_first).values_list("pk")[:TICKETS_EACH] for one in people]
    numbers = [number for (number,) in each[0].union(*each[1:], all=True)] if each else []
    shown = Ticket.objects.filter(pk__in=numbers).select_related("person", "team", "assignee")
    newest: dict[int, list[Ticket]] = {}
    for ticket in shown.order_by(*newest_first) if numbers else []:
        newest.setdefault(ticket.person_id, []).append(ticket)
    return newest


def _matching(asked: str) -> QuerySet[Person] | None:
    """People to whom it belongs; None when it is neither an address nor a name."""
    if "@" in asked:
        return _with_address("email", asked)
    if sum(sign.isdigit() for sign in asked) >= 6 and not any(sign.isalpha() for sign in asked):
        return _with_address("phone", asked)
    folded = text.fold(asked)
    words = folded.split()
    if len(folded) < 2 or len(words) > 4:
        return None
    # By the beginning alone: the index of the column answers that, however many people there are.
    return Person.objects.filter(folded__gte=folded, folded__lt=f"{folded}\U0010ffff", merged_into=None)


def _with_address(kind: str, value: str) -> QuerySet[Person]:
    return Person.objects.filter(addresses__kind=kind, addresses__folded=fold_address(kind, value)).distinct()
