"""A list as a file: all of it, whatever stands in it, for whoever may have it, and written down."""

import csv
import io
import json
import tracemalloc
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.test import Client, RequestFactory

from anliegen.faces.workspace import export
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.oversight.compliance.sentences import sentences
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, exported, lists
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.views import VIEWS

Open = Callable[..., Ticket]
COLUMNS = [one.code for one in exported.COLUMNS]


@pytest.fixture
def three(open_ticket: Open, kim_address: Address, billing: Team, technics: Team, mira: Agent, now: datetime):
    """Two with billing, the newer Mira's own; one with technics. Their subjects are what people dare to write."""
    made = []
    for number, (team, subject) in enumerate(
        [(billing, "=HYPERLINK(1)"), (billing, 'Zähler; "kaputt"\r\nneu'), (technics, "Fern")]
    ):
        one = open_ticket(kim_address, subject=subject, at=now + timedelta(minutes=number))
        made.append(actions.assign(one, to=team, actor=SYSTEM, at=now))
    actions.assign(made[1], to=mira, actor=SYSTEM, at=now)
    return made


def file_of(client: Client, query: str, **form: Any) -> bytes:
    answer = client.post(f"/workspace/export/?{query}", {"kind": "excel", "columns": COLUMNS} | form)
    assert answer.status_code == 200, answer.content.decode()
    return b"".join(answer.streaming_content)


def begun(agent: Agent, kind: str) -> Any:
    """An export that has sent its first bytes."""
    request = RequestFactory().post("/workspace/export/?view=team", {"kind": kind, "columns": ["number"]})
    request.user, request.htmx = agent, False  # as the middleware does
    answer: Any = export.export(request)
    assert next(answer.streaming_content) != b""
    return answer


def leave(answer: Any) -> None:
    """As a server does when whoever asked has gone away; the test's connection stays."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def table(content: bytes, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_a_list_is_a_table_that_excel_opens_and_that_runs_nothing(miras: Client, three: list[Ticket]):
    content = file_of(miras, "view=team", columns=["number", "subject", "status", "opened_at"])
    assert content.startswith(b"\xef\xbb\xbf")
    assert table(content) == [
        ["Nummer", "Betreff", "Status", "Eröffnet"],
        [str(three[1].pk), 'Zähler; "kaputt"\r\nneu', "neu", "2026-11-16 10:01:00"],
        [str(three[0].pk), "'=HYPERLINK(1)", "neu", "2026-11-16 10:00:00"],
    ]


def test_no_cell_is_a_formula(miras: Client, three: list[Ticket], subtests: pytest.Subtests):
    for start in ("=", "+", "-", "@", "\t=", " =", "  +"):
        Ticket.objects.filter(pk=three[0].pk).update(subject=f"{start}1+1")
        for kind, delimiter in (("excel", ";"), ("csv", ",")):
            with subtests.test(start=start, kind=kind):
                rows = table(file_of(miras, "view=team", kind=kind, columns=["subject"]), delimiter)
                assert rows[2] == [f"'{start}1+1"]


def test_json_is_one_array_or_a_line_each(miras: Client, three: list[Ticket], mira: Agent):
    array = json.loads(file_of(miras, "view=mine", kind="json"))
    lines = [json.loads(line) for line in file_of(miras, "view=mine", kind="lines").splitlines()]
    assert array == lines
    (one,) = array
    assert list(one) == COLUMNS
    assert (one["number"], one["subject"], one["assignee"], one["address"], one["opened_at"], one["tags"]) == (
        three[1].pk,
        'Zähler; "kaputt"\r\nneu',
        mira.name,
        "kim@example.org",
        "2026-11-16T10:01:00+01:00",
        [],
    )


def test_an_empty_list_is_an_empty_file(toms: Client, mira: Agent, kim_address: Address):
    assert json.loads(file_of(toms, "view=mine", kind="json")) == []
    assert table(file_of(toms, "view=mine", columns=["number"])) == [["Nummer"]]


def test_a_view_is_exported_as_it_is_shown(mira: Agent, tom: Agent, three: list[Ticket], subtests: pytest.Subtests):
    for view in VIEWS:
        for agent in (mira, tom):
            with subtests.test(view=view, agent=agent.name):
                shown = [ticket.pk for ticket in lists.page(agent, view).items]
                assert sorted(exported.in_view(agent, view).values_list("pk", flat=True)) == sorted(shown)


def test_a_search_is_exported_and_holds_nothing_one_may_not_see(
    miras: Client, three: list[Ticket], run_pipeline: Callable[[], int]
):
    run_pipeline()
    rows = table(file_of(miras, "q=Abschlag+status:offen", columns=["number"]))
    assert rows == [["Nummer"], [str(three[1].pk)], [str(three[0].pk)]]


def test_it_is_written_down_without_a_word_of_what_was_looked_for(
    miras: Client, three: list[Ticket], mira: Agent, admin: Agent, run_pipeline: Callable[[], int]
):
    run_pipeline()
    file_of(miras, "q=Abschlag+von:kim+status:offen+tag:Umzug", columns=["number", "team"])
    event = Event.objects.get(verb="tickets.exported")
    assert (event.actor, event.data) == (
        f"agent:{mira.pk}",
        {
            "count": 0,
            "file": "excel",
            "by": ["search", "words", "customer", "status:offen", "tag:umzug"],
            "columns": ["number", "team"],
            "whole": True,
        },
    )
    assert sentences([event], admin)[event.pk].startswith("Mira Yılmaz hat 0 Vorgänge exportiert (Suche, Wörter")


def test_a_file_that_was_broken_off_says_so_and_makes_room(
    mira: Agent, three: list[Ticket], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(exported, "AT_ONCE", 1)
    for _again in range(export.AT_ONCE + 1):
        leave(begun(mira, "lines"))
    told = Event.objects.filter(verb="tickets.exported").values_list("data__count", "data__whole")
    assert list(told) == [(1, False)] * (export.AT_ONCE + 1)


def test_only_so_many_are_made_at_once_and_the_choice_stays(mira: Agent, miras: Client, three: list[Ticket]):
    under_way = [begun(mira, "json") for _each in range(export.AT_ONCE)]
    refused = miras.post("/workspace/export/?view=team", {"kind": "lines", "columns": ["subject"]})
    assert refused.status_code == 503
    html = refused.content.decode()
    assert 'value="lines" checked' in html
    assert 'value="subject" checked' in html
    for one in under_way:
        leave(one)
    assert table(file_of(miras, "view=team", columns=["number"]))[0] == ["Nummer"]


def test_without_a_column_nothing_is_made(miras: Client, three: list[Ticket]):
    answer = miras.post("/workspace/export/?view=team", {"kind": "excel"})
    assert answer.status_code == 422
    assert not Event.objects.filter(verb="tickets.exported").exists()


def test_who_may_not_export_gets_nothing_and_sees_no_button(
    admin: Agent, mira: Agent, miras: Client, three: list[Ticket], now: datetime
):
    assert "/workspace/export/" in miras.get("/workspace/?view=team").content.decode()
    less = [code for code in mira.role.permissions if code != "ticket.export"]
    accounts.change(mira.role, actor=SYSTEM, at=now, permissions=less)
    assert "/workspace/export/" not in miras.get("/workspace/?view=team").content.decode()
    assert miras.get("/workspace/export/?view=team").status_code == 403
    assert miras.post("/workspace/export/?view=team", {"kind": "csv", "columns": ["number"]}).status_code == 403


def test_who_may_not_read_customers_gets_their_numbers_alone(
    admin: Agent, mira: Agent, miras: Client, three: list[Ticket], kim_address: Address, now: datetime
):
    less = [code for code in mira.role.permissions if not code.startswith("customer.")]
    accounts.change(mira.role, actor=SYSTEM, at=now, permissions=less)
    page = miras.get("/workspace/export/?view=team").content.decode()
    assert [code for code in ("customer", "address", "organisation") if f'value="{code}"' in page] == []
    asked = miras.post("/workspace/export/?view=team", {"kind": "csv", "columns": ["number", "address"]})
    assert asked.status_code == 422
    shown = file_of(miras, "view=mine", kind="lines", columns=["number", "customer_number"])
    assert json.loads(shown) == {"number": three[1].pk, "customer_number": kim_address.person_id}


def test_an_unknown_list_is_not_found(miras: Client):
    assert miras.get("/workspace/export/?view=nothing").status_code == 404


def test_a_hundred_thousand_rows_take_no_more_memory_than_a_thousand(
    admin: Agent, janas: Client, ticket: Ticket, now: datetime
):
    kim, columns = ticket.person_id, COLUMNS
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_ticket (subject, status, priority, channel, topic, tags, language, brand_id,"
            " person_id, created_at, updated_at, last_message_at, version)"
            " SELECT 'Abschlag ' || n, 'open', 2, 'email', '', '{}', 'de', %s, %s, %s, %s, %s, 1"
            " FROM generate_series(1, 100000) AS n",
            [ticket.brand_id, kim, now, now, now],
        )
        cursor.execute("ANALYZE tickets_ticket")  # as the server does by itself, else it may plan for a single row

    def peak(answer: Any) -> tuple[int, int]:
        tracemalloc.start()
        size = sum(len(piece) for piece in answer.streaming_content)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size, most

    size, most = peak(janas.post("/workspace/export/?view=open", {"kind": "excel", "columns": columns}))
    assert Event.objects.get(verb="tickets.exported").data["count"] == 100_001
    assert size > 10_000_000
    assert most < 8_000_000


def test_addresses_are_the_customers_first(miras: Client, three: list[Ticket], kim_address: Address, now: datetime):
    customers.add_address(kim_address.person, kind="email", value="zweite@example.org", actor=Actor("system"), at=now)
    (row,) = json.loads(file_of(miras, "view=mine", kind="json", columns=["address"]))
    assert row == {"address": "kim@example.org"}
