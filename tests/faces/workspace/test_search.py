import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import unquote_plus

import pytest
from django.test import Client

from anliegen.faces.workspace import chips
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.filters import narrow
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.operators import parse, piece

Open = Callable[..., Ticket]


@pytest.fixture
def three(open_ticket: Open, kim_address: Address, billing: Team, run_pipeline: Callable[[], int], now: datetime):
    """Three concerns about a meter, the oldest first, none of them Mira's own."""
    made = [
        actions.assign(
            open_ticket(kim_address, text="Der Wasserzähler steht.", at=now + timedelta(hours=hour)),
            to=billing, actor=SYSTEM, at=now,
        )
        for hour in range(3)
    ]  # fmt: skip
    run_pipeline()
    return made


def shown_at_the_left(html: str) -> list[int]:
    pane = html.split('class="pane pane-list"')[1].split("</section>")[0]
    return [int(number) for number in re.findall(r'id="t(\d+)"', pane)]


def test_a_number_jumps_to_its_ticket(miras: Client, ticket: Ticket) -> None:
    assert miras.get("/workspace/search/", {"q": f"#{ticket.pk}"}).headers["Location"] == (
        f"/workspace/tickets/{ticket.pk}/"
    )


def test_a_number_of_another_teams_ticket_leads_nowhere(toms: Client, ticket: Ticket) -> None:
    response = toms.get("/workspace/search/", {"q": str(ticket.pk)})
    assert response.status_code == 200
    assert "Nichts gefunden" in response.content.decode()


def test_words_are_found_in_any_inflection_and_marked(
    miras: Client, ticket: Ticket, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    html = miras.get("/workspace/search/", {"q": "Abschläge"}).content.decode()
    assert "Mein <mark>Abschlag</mark> ist zu hoch." in html


def test_a_name_in_any_part_finds_the_person(miras: Client, ticket: Ticket, run_pipeline: Callable[[], int]) -> None:
    run_pipeline()
    for asked in ("Kim", "Berger", "kim@example.org", "kim berger"):
        html = miras.get("/workspace/search/", {"q": asked}).content.decode()
        assert "found-person" in html, asked


def test_people_of_other_teams_stay_unknown(toms: Client, ticket: Ticket, run_pipeline: Callable[[], int]) -> None:
    run_pipeline()
    html = toms.get("/workspace/search/", {"q": "kim@example.org"}).content.decode()
    assert "Kim Berger" not in html


def test_a_note_is_found_too(miras: Client, ticket: Ticket, run_pipeline: Callable[[], int]) -> None:
    miras.post(f"/workspace/tickets/{ticket.pk}/note/", {"text": "Der Wasserzähler ist vertauscht"})
    run_pipeline()
    assert "<mark>Wasserzähler</mark>" in miras.get("/workspace/search/", {"q": "Wasserzähler"}).content.decode()


def test_a_ticket_from_the_search_stands_beside_what_was_found(miras: Client, three: list[Ticket]) -> None:
    first, second, third = three
    found = miras.get("/workspace/search/", {"q": "Wasserzähler"}).content.decode()
    href = f"/workspace/tickets/{second.pk}/?q=Wasserz%C3%A4hler"
    assert f'href="{href}"' in found
    html = miras.get(href).content.decode()
    assert shown_at_the_left(html) == [third.pk, second.pk, first.pk]
    assert f'href="/workspace/search/?q=Wasserz%C3%A4hler#t{second.pk}"' in html  # the way back
    assert f'href="/workspace/tickets/{third.pk}/?q=Wasserz%C3%A4hler"' in html  # the one before
    assert f'href="/workspace/tickets/{first.pk}/?q=Wasserz%C3%A4hler"' in html  # the one after
    assert "Suche: Wasserzähler" in html and 'value="Wasserzähler"' in html
    assert f'id="t{second.pk}"' in found


def test_people_come_before_what_was_said_in_the_list_beside_too(
    miras: Client, ticket: Ticket, three: list[Ticket]
) -> None:
    html = miras.get(f"/workspace/tickets/{ticket.pk}/?q=kim@example.org").content.decode()
    assert shown_at_the_left(html) == [*(one.pk for one in three[::-1]), ticket.pk]


def test_a_ticket_from_what_was_not_delivered_stands_beside_the_others(
    miras: Client, mira: Agent, three: list[Ticket], now: datetime
) -> None:
    for one in three[:2]:
        sent = actions.reply(one, Answer("Wir kommen."), actor=Actor.agent(mira.pk), at=now)
        actions.mark_failed(sent, reason="5.1.1", actor=SYSTEM, at=now)
    html = miras.get(f"/workspace/tickets/{three[0].pk}/?from=undelivered").content.decode()
    assert shown_at_the_left(html) == [three[1].pk, three[0].pk]
    assert f'href="/workspace/undelivered/#t{three[0].pk}"' in html
    assert f'href="/workspace/tickets/{three[1].pk}/?from=undelivered"' in html
    seen_to = miras.get(f"/workspace/tickets/{three[2].pk}/?from=undelivered").content.decode()
    steps = seen_to.split('class="ticket-steps"')[1].split("</header>")[0]
    assert re.findall(r'href="([^"]*tickets/[^"]*from=undelivered)"', steps) == [
        f"/workspace/tickets/{three[1].pk}/?from=undelivered"
    ]


def test_who_is_found_is_not_followed_by_nothing_found(miras: Client, ticket: Ticket) -> None:
    html = miras.get("/workspace/search/", {"q": "kim@example.org"}).content.decode()
    assert "found-person" in html
    assert "Nichts gefunden" not in html and "In dem, was gesagt wurde" not in html


def test_the_search_says_how_much_it_found(miras: Client, three: list[Ticket]) -> None:
    html = miras.get("/workspace/search/", {"q": "Wasserzähler"}).content.decode()
    assert "3 Vorgänge" in html


def test_our_own_acknowledgement_is_not_found(
    miras: Client, ticket: Ticket, run_pipeline: Callable[[], int], now: datetime
) -> None:
    by = Actor.rule("acknowledge")
    text = "Ihr Anliegen zum Wasserzähler ist angekommen."
    actions.acknowledge(ticket, Answer(text), rule="acknowledge", actor=by, at=now + timedelta(minutes=1))
    run_pipeline()
    assert "Nichts gefunden" in miras.get("/workspace/search/", {"q": "Wasserzähler"}).content.decode()


def test_what_matches_in_the_subject_is_marked_there(
    miras: Client, ticket: Ticket, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    html = miras.get("/workspace/search/", {"q": "Abschlag status:offen"}).content.decode()
    assert '<span class="row-title"><mark>Abschlag</mark></span>' in html


def offered(html: str) -> list[str]:
    """What the choices would have in the field, besides the words that are there."""
    filters = html.split('<div class="filters"')[1].split("\n</div>")[0]
    return [unquote_plus(one) for one in re.findall(r'href="/workspace/search/\?q=([^"]*)"', filters)]


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", {"status:offen", "zuständig:ich", "seit:7t", "kanal:brief", "hat:anhang", 'von:"Kim Berger"'}),
     ("en", {"status:open", "assignee:me", "since:7d", "channel:letter", "has:attachment", 'from:"Kim Berger"'})],
)  # fmt: skip
def test_choices_write_the_words_of_the_readers_language(
    miras: Client, mira: Agent, ticket: Ticket, run_pipeline: Callable[[], int], language: str, words: set[str]
) -> None:
    run_pipeline()
    mira.language = language
    mira.save()
    html = miras.get("/workspace/search/", {"q": "Abschlag"}).content.decode()
    assert words <= {one.removeprefix("Abschlag ") for one in offered(html)}
    assert f"{'zuständig' if language == 'de' else 'assignee'}:Name" in html
    html = miras.get("/workspace/search/", {"q": "farbe:rot"}).content.decode()
    assert ("status:, team:, assignee:, channel:" in html) is (language == "en")
    assert ("status:, team:, zuständig:, kanal:" in html) is (language == "de")


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_filter_is_read_in_the_readers_language_whichever_it_was_typed_in(
    miras: Client, mira: Agent, ticket: Ticket, run_pipeline: Callable[[], int], language: str
) -> None:
    run_pipeline()
    mira.language = language
    mira.save()
    for typed in ("status:offen assignee:niemand", "zustand:open zuständig:nobody"):
        html = miras.get("/workspace/search/", {"q": f"Abschlag {typed}"}).content.decode()
        assert "Abschlag</mark>" in html
        chosen = re.findall(r'class="menu-item"[^>]*aria-current="[^"]*"[^>]*>(?:<[^>]+>)*([^<]+)', html)
        said = {"de": ["offen", "niemand"], "en": ["open", "nobody"]}[language]
        assert [one.strip() for one in chosen] == said
        assert all(f": {one}" in html for one in said)


@pytest.mark.parametrize("key", sorted(chips.FIXED))
def test_every_choice_means_the_same_in_both_languages(mira: Agent, key: str) -> None:
    for value in chips.FIXED[key]:
        german, english = (
            narrow(parse(piece(key, typed, language)).filters, mira)
            for typed, language in ((value.german, "de"), (value.english, "en"))
        )
        assert german == english
        assert german.wrong == ()
