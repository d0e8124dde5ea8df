"""Nothing of a concern, its customer and what colleagues do there reaches an agent of another team, by any address."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from anliegen.flow.problems import actions as problems
from anliegen.ground import clock, files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, ConcessionKind, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Asked, Wish
from anliegen.records.tickets.content import Answer, File, Promised, Writing
from anliegen.records.tickets.models import Note, Ticket
from anliegen.records.tickets.view_filters import Filter

SECRET = "Geheimwort"  # in every text of theirs
ASIDE = f"Neben{SECRET}"
KINDS = ("fact", "moment", "consent")
DEEDS = ("prefer", "grant", "withdraw", "remove", "correct")


@pytest.fixture
def theirs(
    ticket: Ticket, kim: Person, kim_address: Address, mira: Agent, admin: Agent, billing: Team, now: datetime
) -> dict[str, list[int]]:
    """All that can be at a concern of billing, by the names that routes have for it."""
    by, at = Actor.agent(mira.pk), clock.now()
    actions.change(ticket, actions.Change(subject=SECRET, tags=[SECRET.lower()]), actor=by, at=at)
    customers.change(kim, name=f"Kim {SECRET}", actor=by, at=at)
    house = customers.put_into_organisation(kim, name=f"{SECRET} GmbH", actor=by, at=at).organisation
    assert house is not None
    file = File(f"{SECRET}.txt", "text/plain", 1, files.put(SECRET.encode()))
    sent = actions.reply(ticket, Answer(SECRET, files=(file,)), actor=by, at=at)
    asked = ticket.messages.get(direction="in")
    note = actions.write_note(ticket, text=SECRET, asked=[Asked(admin)], actor=by, at=at)
    aside = actions.write_note(ticket, text=ASIDE, is_side=True, actor=by, at=at)
    draft = actions.keep_draft(ticket, Writing(text=SECRET), actor=by, at=at)
    drafted = actions.add_file(ticket, file, draft=draft.pk, actor=by, at=at)
    actions.share_draft(draft, to=admin, remark=SECRET, actor=by, at=at)
    promise = actions.promise(ticket, Promised(SECRET, at + timedelta(days=2), mira), actor=by, at=at)
    kind = accounts.create(ConcessionKind, name="Gutschrift", actor=SYSTEM, at=at)
    given = actions.concede(ticket, Wish(kind, 100, "EUR", SECRET), by=mira, actor=by, at=at)
    actions.declare_problem(ticket, actor=by, at=at)
    mark = actions.highlight(asked, mira, text=asked.said[:4], near=0, actor=by, at=at)
    round = problems.begin(ticket, kind="answer", text=SECRET, status="open", actor=by, at=at)
    view = actions.create_view(
        owner=mira, wanted=Filter(tag=("x",)), name=SECRET, symbol="tag", order="newest", reach="own", team=None,
        actor=by, at=at,
    )  # fmt: skip
    moment = customers.note_moment(
        kim, kind="other", words=SECRET, expires_on=date(2027, 9, 1), source="", actor=by, at=at
    )
    keys = [sent.pk, asked.pk, note.pk, aside.pk, draft.pk, drafted.pk, promise.pk, given.pk, mark.pk, round.pk]
    keys += [view.pk, moment.pk, kim.pk, kim_address.pk, house.pk, sent.attachments.get().pk]
    return {
        "number": [ticket.pk],
        "other": [ticket.pk, kim.pk],
        "message": [sent.pk, asked.pk],
        "pk": sorted(set(keys)),
        "link": [1],
        "agent": [mira.pk],
        "line": [1],
        "handover": [1],
        "place": [0],
    }


def addresses(theirs: dict[str, list[int]]) -> Iterator[str]:
    """Every address of the workspace that names something, filled with what is theirs."""
    for pattern in routes(get_resolver().url_patterns, ""):
        if not pattern.startswith("workspace/") or "<" not in pattern or "settings/" in pattern:
            continue
        yield from filled(pattern, theirs)


def routes(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        else:
            yield route


def filled(pattern: str, theirs: dict[str, list[int]]) -> Iterator[str]:
    start, _open, rest = pattern.partition("<")
    if not rest:
        yield f"/{pattern}"
        return
    name, _close, end = rest.partition(">")
    kind, _colon, key = name.partition(":")
    texts = {"what": KINDS, "deed": DEEDS, "key": ("name",), "secret": ("x",)}
    for value in texts[key] if kind == "str" else theirs[key]:
        yield from filled(f"{start}{value}{end}", theirs)


def test_no_address_tells_or_changes_anything_of_another_team(
    toms: Client, tom: Agent, theirs: dict[str, list[int]]
) -> None:
    happened = Event.objects.count()
    told = []
    for address in addresses(theirs):
        for response in (toms.get(address), toms.post(address, {"text": "x", "q": SECRET, "value": "x", "do": "keep"})):
            if SECRET.lower() in _said_by(response).lower() or response.status_code == 500:
                told.append((address, response.status_code))
    assert told == []
    assert [event.verb for event in Event.objects.order_by("id")[happened:]] == []


def test_no_list_and_no_search_tells_anything_of_another_team(toms: Client, theirs: dict[str, list[int]]) -> None:
    number, person = theirs["number"][0], theirs["other"][1]
    for address in (
        *(f"?view={view}" for view in ("mine", "team", "unassigned", "waiting", "promised", "due", "open")),
        *(
            f"?person={person}",
            f"?text=Mein&person={person}",
            "views/",
            "rail/",
            "drafts/",
            "promises/",
            "concessions/",
        ),
        *("undelivered/", "notices/", "people/", "people/?what=organisations", "organisations/", "news/?view=open"),
        *(f"search/?q={word}" for word in (SECRET, f"%23{number}", "kim@example.org", "tag:geheimwort", "Abschlag")),
        *(f"palette/?ticket={number}&recent={number}", f"palette/search/?q={number}", "palette/search/?q=Geheim"),
        *("export/?view=open", "people/?q=Kim", "people/?q=kim@example.org", "filter/?person=" + str(person)),
    ):
        page = toms.get(f"/workspace/{address}", follow=True).content.decode()
        own = page.replace(f"q={SECRET}", "").replace(f'value="{SECRET}"', "").replace(f"“{SECRET}”", "")
        assert (address, f"Kim {SECRET}" in own, f"{SECRET} GmbH" in own, "Mein Abschlag" in own) == (
            address, False, False, False,
        )  # fmt: skip
    for kind in ("csv", "json", "lines", "excel"):
        made = toms.post("/workspace/export/?view=open", {"kind": kind, "columns": ["number", "subject", "customer"]})
        assert SECRET not in b"".join(made).decode()


def test_a_side_note_is_told_to_nobody_but_those_it_names(
    janas: Client, theirs: dict[str, list[int]], ticket: Ticket, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    file = f"/workspace/tickets/{ticket.pk}/document/"
    answers = [(address, janas.get(address)) for address in [*addresses(theirs), "/workspace/notices/"]]
    answers += [(kind, janas.post(file, {"file": kind, "notes": "yes"})) for kind in ("json", "print")]
    told = [address for address, one in answers if ASIDE in _said_by(one)]
    assert told == []
    assert 'class="found"' not in _said_by(janas.get(f"/workspace/search/?q={ASIDE}"))
    assert Note.objects.get(is_side=True).text == ASIDE


def _said_by(response: HttpResponseBase) -> str:
    body = b"".join(response) if response.streaming else response.content  # type: ignore[call-overload, attr-defined]
    return str(body.decode(errors="replace"))
