"""Keys and the palette: what an agent keeps for themselves, and what they are offered."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from anliegen.faces.workspace import shortcuts
from anliegen.faces.workspace.shortcuts import GROUPS, NAMES
from anliegen.ground.journal.actors import SYSTEM
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address
from anliegen.records.knowledge.models import TextBlock
from anliegen.records.tickets.models import Ticket

pytestmark = pytest.mark.usefixtures("admin")  # an instance without one lets nobody change
PLACES = {usual: f"key{place}" for place, usual in enumerate(NAMES)}


def typed(**changed: str) -> dict[str, str]:
    """The form of keys, all usual but these, by their place."""
    return {place: usual for usual, place in PLACES.items()} | changed


def told(agent: Agent) -> list[tuple[str, dict[str, object]]]:
    rows = Event.objects.filter(subject=f"agent:{agent.pk}", verb="agent.changed").order_by("id")
    return [(row.actor, row.data) for row in rows]


def test_only_what_differs_from_the_usual_keys_is_kept(miras: Client, mira: Agent) -> None:
    answer = miras.post("/workspace/profile/keys/", typed(**{PLACES["r"]: "ü", PLACES["g m"]: "g 1", PLACES["M"]: ""}))
    assert answer.status_code == 302
    mira.refresh_from_db()
    assert mira.keys == {"r": "ü", "g m": "g 1", "M": ""}
    assert told(mira) == [(f"agent:{mira.pk}", {"fields": ["keys"]})]
    html = miras.get("/workspace/").content.decode()
    assert json.loads(re.search("data-keys='([^']*)'", html)[1]) == mira.keys  # type: ignore[index]


@pytest.mark.parametrize(
    ("usual", "key", "sentence"),
    [
        ("r", "n", "„n“ ist „Notiz“ im Weg."),
        ("r", "g", "„g“ ist „Meine“ im Weg."),
        ("r", "abc", "Ein Zeichen, oder zwei mit einem Leerzeichen dazwischen."),
        ("r", "?", "Das Fragezeichen öffnet immer die Liste der Tasten."),
    ],
)
def test_a_key_that_is_in_the_way_of_another_is_refused_in_words(
    miras: Client, mira: Agent, usual: str, key: str, sentence: str
) -> None:
    answer = miras.post("/workspace/profile/keys/", typed(**{PLACES[usual]: key}))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    mira.refresh_from_db()
    assert mira.keys == {}


def test_two_keys_may_change_places(miras: Client, mira: Agent) -> None:
    miras.post("/workspace/profile/keys/", typed(**{PLACES["r"]: "n", PLACES["n"]: "r"}))
    mira.refresh_from_db()
    assert mira.keys == {"r": "n", "n": "r"}


def test_the_usual_keys_can_be_had_again(miras: Client, mira: Agent) -> None:
    miras.post("/workspace/profile/keys/", typed(**{PLACES["r"]: "ü"}))
    miras.post("/workspace/profile/keys/", {"reset": "1"})
    mira.refresh_from_db()
    assert mira.keys == {}


def test_the_sheet_switches_keys_off_and_on_for_every_device(miras: Client, mira: Agent) -> None:
    assert miras.post("/workspace/profile/shortcuts/", {}).status_code == 204
    assert 'data-shortcuts="off"' in miras.get("/workspace/").content.decode()
    miras.post("/workspace/profile/shortcuts/", {"shortcuts": "on"})
    assert 'data-shortcuts="off"' not in miras.get("/workspace/").content.decode()


def test_every_key_of_a_page_can_be_chosen(janas: Client, ticket: Ticket) -> None:
    pages = ["/workspace/", f"/workspace/tickets/{ticket.pk}/", "/workspace/search/?q=Abschlag"]
    html = "".join(janas.get(page).content.decode() for page in pages)
    keys = set(re.findall(r'data-key="([^"]+)"', html))
    assert keys, "the search itself must find something"
    assert keys - NAMES.keys() == set()
    assert len(NAMES) == sum(len(lines) for _group, lines in GROUPS), "a key stands there twice"


def test_every_key_that_any_part_of_a_page_has_can_be_chosen() -> None:
    """Parts that come later, or only where there is something to choose from, are on none of the pages above."""
    templates = (Path(shortcuts.__file__).parent / "jinja2").rglob("*.html")
    keys = {key for each in templates for key in re.findall(r'\b(?:data-)?key="([^"{]+)"', each.read_text())}
    assert {"r", "x", "B", "Z"} <= keys, "the search itself must find something"
    assert keys - NAMES.keys() == set()


def test_no_two_places_of_a_page_have_the_same_key(janas: Client, ticket: Ticket) -> None:
    for page in ("/workspace/", f"/workspace/tickets/{ticket.pk}/"):
        html = janas.get(page).content.decode()
        tags = re.findall(r'<a\b[^>]*\bdata-key="[^"]+"[^>]*>', html)
        ways = {(re.findall(r'data-key="([^"]+)"', tag)[0], re.findall(r'\bhref="([^"]+)"', tag)[0]) for tag in tags}
        keys = [key for key, _way in ways]
        assert len(keys) > 12
        assert [key for key in keys if keys.count(key) > 1] == []


def entries(client: Client, path: str) -> list[str]:
    html = client.get(f"/workspace/palette/{path}", headers={"HX-Request": "true"}).content.decode()
    return re.findall(r'data-words="([^"]*)"', html)


def test_the_palette_names_what_was_opened_lately_only_as_far_as_one_may_see_it(
    toms: Client, miras: Client, ticket: Ticket
) -> None:
    assert f"#{ticket.pk} Abschlag Kim Berger zuletzt geöffnet" in entries(miras, f"?recent={ticket.pk}")
    assert [words for words in entries(toms, f"?recent={ticket.pk}") if "Abschlag" in words] == []


def test_the_palette_hides_a_name_from_those_who_may_not_read_customers(
    miras: Client, mira: Agent, ticket: Ticket, now: datetime
) -> None:
    kept = [code for code in mira.role.permissions if code != "customer.read"]
    accounts.change(mira.role, permissions=kept, actor=SYSTEM, at=now)
    found = entries(miras, f"search/?q={ticket.pk}") + entries(miras, f"?recent={ticket.pk}")
    assert [words for words in found if "Kim" in words] == []
    assert f"#{ticket.pk} Abschlag" in " ".join(found)


def test_the_palette_offers_the_settings_one_may_open(miras: Client, janas: Client) -> None:
    of_mira, of_jana = entries(miras, ""), entries(janas, "")
    assert [words for words in of_mira if words.startswith("Teams ")] == []
    assert len([words for words in of_jana if words.startswith("Teams ")]) == 1


def test_the_palette_finds_by_number_by_name_and_by_words_and_always_offers_the_search(
    miras: Client, ticket: Ticket, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    for asked in (str(ticket.pk), f"%23{ticket.pk}", "Kim Berger", "Abschlag"):
        first, *_others, last = entries(miras, f"search/?q={asked}")
        assert first.startswith(f"#{ticket.pk} ")
        assert last.startswith("Überall nach")


def test_the_palette_asks_so_many_questions_however_many_blocks_there_are(
    miras: Client, ticket: Ticket, admin: Agent, now: datetime, django_assert_num_queries: Callable[..., object]
) -> None:
    # session, agent, recent; ticket, last run, names of teams and agents, macros; blocks in three; addressee in two
    for number in range(12):
        TextBlock.objects.create(title=f"Text {number}", word=f"wort{number}", changed_at=now)
    with django_assert_num_queries(12):
        entries(miras, f"?ticket={ticket.pk}&recent={ticket.pk}")


def test_a_broken_question_to_the_palette_finds_nothing(miras: Client, kim_address: Address) -> None:
    assert miras.get("/workspace/palette/?ticket=x&recent=1,x,,99999999999999999999").status_code == 200
    assert miras.get("/workspace/palette/search/?q=%00").status_code == 200


def test_what_is_fetched_ahead_may_be_shown_a_little_later_and_nothing_else(miras: Client, ticket: Ticket) -> None:
    path = f"/workspace/tickets/{ticket.pk}/"
    assert "Cache-Control" not in miras.get(path).headers
    fetched = miras.get(path, headers={"Sec-Purpose": "prefetch"})
    assert fetched.headers["Cache-Control"] == "private, max-age=120"
    assert "Cookie" in fetched.headers["Vary"]
