"""Server time of the pages an agent lives in, with few and with many tickets, all in one run.

Measured is the application that the web process runs, for an agent of two of eight teams and for one who sees all. The
pages take turns, so that what else the machine does meanwhile falls on all of them. Every view is a page with the rail
and its counts; so are some filters, the counts of a rail of saved views, and each kind of search. The limit is the same
rows fetched by the bare driver and put into bytes, for an answer the bare row made durable: what no page can go below.
"""

import gc
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test.utils import CaptureQueriesContext

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.oversight.measurement.bench import bare
from anliegen.oversight.measurement.bench.browser import Browser
from anliegen.oversight.measurement.bench.report import Report, percentiles, timed
from anliegen.oversight.measurement.seed import seed
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Role, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, lists
from anliegen.records.tickets.models import Mention, Message, Note, SavedView, Ticket
from anliegen.records.tickets.view_filters import Filter
from anliegen.records.tickets.views import VIEWS

FEW = 10_000
SAID = 5  # messages a ticket
CALLS = 120
WARM_UP = 15
TEAMS, AGENTS = 8, 24
COMMON = "Abschlag"
MENTIONS = 50
# Each looked for in another way: by tag, by row, along the promises, by the index of words, among what is done.
FILTERS = {
    "tag": Filter(tag=("umzug",)),
    "rare": Filter(priority=("4",), tag=("umzug",)),
    "nothing": Filter(language=("uk",)),
    "long_wait": Filter(waits=("3d",), assignee=("none",)),
    "promise": Filter(promise=("7d",)),
    "old": Filter(created=("30d",), channel=("email",)),
    "text": Filter(text=(COMMON,)),
    "closed": Filter(status=("closed",), tag=("umzug",)),
}

Progress = Callable[[str], None]
Pages = dict[str, Callable[[], object]]
Figures = dict[str, dict[str, float]]


def measure(tickets: int, progress: Progress) -> Report:
    """Seed a few tickets and measure, seed up to `tickets` and measure again."""
    one_of_two_teams, of_all_teams = _cast()
    seed(tickets=FEW, messages=SAID * FEW, seed=1)
    progress(f"{FEW} tickets")
    few, few_of_all, _limit = _measure_all(one_of_two_teams, of_all_teams)
    few_lists = _measure_lists(one_of_two_teams, of_all_teams)
    if tickets > FEW:
        more = tickets - FEW
        seed(
            tickets=more,
            messages=SAID * more,
            seed=2,
            progress=lambda done: progress(f"{done + FEW}/{tickets} tickets"),
        )
    many, many_of_all, limit = _measure_all(one_of_two_teams, of_all_teams)
    of_two, of_all = map(_beside, few_lists, _measure_lists(one_of_two_teams, of_all_teams))
    ratios = {name: round(limit[name]["p50_ms"] / each["p50_ms"], 3) for name, each in many.items()}
    figures = {
        "tickets": Ticket.objects.count(),
        "messages": Message.objects.count(),
        **_beside(few, many),
        "lists": of_two,
        "sees_all_teams": {**_beside(few_of_all, many_of_all), "lists": of_all},
        "queries": _queries(_pages(Browser(one_of_two_teams), one_of_two_teams)),
    }
    return Report("pages", figures, {"what": bare.WHAT, **limit, "ratios": ratios}, min(ratios.values()))


def _beside(few: Figures, many: Figures) -> dict[str, Any]:
    growth = {name: round(many[name]["p95_ms"] / few[name]["p95_ms"], 2) for name in many}
    return {**many, f"with_{FEW}_tickets": few, "growth_p95": growth}


def _cast() -> tuple[Agent, Agent]:
    """Teams and agents as a house of some size has them: one agent of two teams, and the administrator."""
    now = clock.now()
    while (number := Team.objects.count()) < TEAMS:
        accounts.create(Team, name=f"Team {number + 1}", slug=f"team-{number + 1}", actor=SYSTEM, at=now)
    teams, role = list(Team.objects.order_by("pk")), Role.objects.get(slug="service")
    while (number := Agent.objects.count()) < AGENTS:
        own = [teams[number % TEAMS], teams[(number + 1) % TEAMS]]
        address = f"agent{number}@bench.example"
        accounts.create_agent(email=address, name=f"Agent {number}", role=role, teams=own, actor=SYSTEM, at=now)
    return Agent.objects.filter(role=role).order_by("pk")[0], Agent.objects.order_by("pk")[0]


def _measure_all(*agents: Agent) -> tuple[Figures, Figures, Figures]:
    """The pages of both agents, and their limit."""
    with connection.cursor() as cursor:
        # Else the pages share the machine with the server's tidying up after seeding, and pay for what it writes.
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    gc.collect()
    first, second = (_in_turns(_pages(Browser(agent), agent)) for agent in agents)
    with bare.driver() as database:
        return first, second, _in_turns(bare.pages(database, COMMON, _rare()))


def _measure_lists(*agents: Agent) -> list[Figures]:
    """Every view, some filters, and the counts of saved views; a question to each agent stands in a note here and
    there."""
    for agent in agents:
        _ask(agent)
        _save_views(agent)
    return [_in_turns(_lists(Browser(agent), agent)) for agent in agents]


def _ask(agent: Agent) -> None:
    asked = Ticket.objects.visible_to(agent).open().order_by("-pk").exclude(mentions__agent=agent)[:MENTIONS]
    notes = Note.objects.bulk_create(
        Note(ticket=ticket, agent=agent, text=f"@{agent.name}", created_at=clock.now()) for ticket in asked
    )
    Mention.objects.bulk_create(
        Mention(ticket=note.ticket, note=note, agent=agent, created_at=note.created_at) for note in notes
    )


def _save_views(agent: Agent) -> None:
    if SavedView.objects.filter(owner=agent).exists():
        return
    for name, wanted in FILTERS.items():
        actions.create_view(
            name=name, symbol="filter", wanted=wanted, order="newest", owner=agent, reach="own", team=None,
            actor=Actor.agent(agent.pk), at=clock.now(),
        )  # fmt: skip


def _lists(browser: Browser, agent: Agent) -> Pages:
    views = {name: f"/workspace/?view={name}" for name in VIEWS}
    filters = {f"filter_{name}": f"/workspace/?{urlencode(wanted.pairs())}" for name, wanted in FILTERS.items()}
    pages: Pages = {name: partial(browser.get, address) for name, address in (views | filters).items()}
    for kind, words in _searched(agent).items():
        pages[f"search_{kind}"] = partial(_search, browser, _each_in_turn(words), 302 if kind == "number" else 200)
    pages["counts_of_saved_views"] = partial(lists.counts_of, agent, list(FILTERS.values()))
    return pages


def _searched(agent: Agent) -> dict[str, list[str]]:
    """What is searched besides a common and a rare word; a number leads to its ticket at once."""
    tickets = Ticket.objects.visible_to(agent).order_by("pk")[:CALLS]
    return {
        "two_words": ["Wasseruhr Keller", "Monteur Nachbarin"],
        "number": [str(pk) for pk in tickets.values_list("pk", flat=True)],
        "address": list(Address.objects.order_by("-pk").values_list("value", flat=True)[:CALLS]),
        "name": ["Greta Hoffmann", "Nowak"],
    }


def _search(browser: Browser, words: Callable[[], str], status: int) -> bytes:
    return browser.get(f"/workspace/search/?{urlencode({'q': words()})}", status=status)


def _in_turns(pages: Pages) -> Figures:
    """Percentiles of wall clock, and the mean CPU of this process, which others on the machine touch less."""
    took: dict[str, list[float]] = {name: [] for name in pages}
    used = dict.fromkeys(pages, 0.0)
    for turn in range(WARM_UP + CALLS):
        for name, page in pages.items():
            before = time.process_time()
            sample = timed(page, times=1)
            if turn >= WARM_UP:
                took[name] += sample
                used[name] += time.process_time() - before
    return {name: percentiles(each) | {"cpu_ms": round(used[name] / CALLS * 1000, 2)} for name, each in took.items()}


def _queries(pages: Pages) -> dict[str, int]:
    found = {}
    for name, page in pages.items():
        page()  # so that the connection is looked after, and what is read once is read
        with CaptureQueriesContext(connection) as asked:
            page()
            found[name] = len(asked)  # before other requests have the list begin anew
    return found


def _pages(browser: Browser, agent: Agent) -> Pages:
    """One call of each kind; tickets and numbers change from call to call, so that no answer is a remembered one."""
    open_ones = Ticket.objects.visible_to(agent).open().order_by("-last_message_at", "-pk")
    shown = _each_in_turn(list(open_ones.values_list("pk", flat=True)[: CALLS + WARM_UP]))
    answered = _each_in_turn(list(open_ones.values_list("pk", "version")[: CALLS + WARM_UP]))
    rare = _each_in_turn(_rare())
    seen = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]
    answers = count(1)  # the same words a second time would be the first answer, shown again

    def reply() -> object:
        number, version = answered()
        form = {"text": f"Guten Tag,\n\nwir haben es geprüft ({next(answers)}).", "status": "waiting_customer"}
        page = f"/workspace/tickets/{number}/"
        return browser.post(f"{page}reply/", form | {"version": version, "seen": seen}, on=f"{page}?view=open")

    return {
        "inbox": lambda: browser.get("/workspace/?view=open"),
        "ticket": lambda: browser.get(f"/workspace/tickets/{shown()}/?view=open"),
        "search_common": lambda: browser.get(f"/workspace/search/?q={COMMON}"),
        "search_rare": lambda: browser.get(f"/workspace/search/?q={rare()}"),
        "reply": reply,
    }


def _each_in_turn(things: list[Any]) -> Callable[[], Any]:
    turn = count()
    return lambda: things[next(turn) % len(things)]


def _rare() -> list[str]:
    """Numbers that stand in one message each, of the oldest ones: nothing but the index of words finds them."""
    texts = Message.objects.filter(direction="in").order_by("pk").values_list("text", flat=True)[:CALLS]
    return [text.rpartition("Vertragskonto ")[2][:8] for text in texts]
