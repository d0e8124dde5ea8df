"""What stands where somebody looks for it who has read nothing; `docs/new-agent.md` says why."""

import re
from collections.abc import Callable

from django.test import Client

from anliegen.records.tickets.models import Ticket


def test_an_agent_with_nothing_is_shown_the_way_to_the_next_concern_and_to_what_nobody_has(miras: Client) -> None:
    html = miras.get("/workspace/?view=mine").content.decode()
    (ways,) = re.findall(r'<div class="empty-actions">(.*?)</div>', html, re.DOTALL)
    assert re.findall(r'action="([^"]+)"', ways) == ["/workspace/next/"]
    assert re.findall(r'href="([^"]+)"', ways) == ["/workspace/?view=unassigned"]


def test_an_empty_list_of_others_offers_no_way_that_leads_to_itself(miras: Client) -> None:
    assert "empty-actions" not in miras.get("/workspace/?view=unassigned").content.decode()


def test_a_filter_that_nothing_fits_leads_to_all_open_concerns(miras: Client) -> None:
    html = miras.get("/workspace/?view=mine&tag=umzug").content.decode()
    (ways,) = re.findall(r'<div class="empty-actions">(.*?)</div>', html, re.DOTALL)
    assert re.findall(r'href="([^"]+)"', ways) == ["/workspace/?view=open"]


def test_answering_is_offered_before_declining(miras: Client, ticket: Ticket) -> None:
    html = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    places = [html.index(each) for each in ('id="compose-reply"', 'class="decline-way"', 'id="compose-forward"')]
    assert places == sorted(places)


def test_in_the_menu_of_a_phone_the_next_concern_comes_before_the_lists(miras: Client) -> None:
    html = miras.get("/workspace/").content.decode()
    assert html.index('class="next-in-side"') < html.index('href="/workspace/?view=mine"')


def test_a_topic_that_is_a_tag_too_stands_once_in_the_head(miras: Client, ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(topic="abschlag", tags=["abschlag", "umzug"])
    head = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode().partition('id="ticket-head"')[2]
    assert re.findall(r'<span class="chip" title="(\w+)">', head.partition("<dialog")[0]) == ["Thema", "Schlagwort"]


def test_whoever_looks_for_joining_finds_it_in_the_menu_that_the_palette_reads(miras: Client, ticket: Ticket) -> None:
    html = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    (entry,) = re.findall(r'<a [^>]*data-key="q"[^>]*>.*?</a>', html, re.DOTALL)
    assert "Verknüpfen oder zusammenführen" in entry


def test_the_place_that_orders_the_next_concern_is_called_as_its_button(janas: Client) -> None:
    title = re.search(r"<title>(.*?)</title>", janas.get("/workspace/settings/turns/").content.decode())
    assert title is not None
    assert title[1].startswith("Nächstes Anliegen")


def test_goodwill_of_which_nothing_was_given_says_what_will_stand_there(miras: Client, ticket: Ticket) -> None:
    html = miras.get(f"/workspace/tickets/{ticket.pk}/concessions/").content.decode()
    assert "Noch nichts. Was aus Kulanz gewährt wird und warum, steht hier." in html


def test_a_surname_is_found_in_the_list_of_people(miras: Client, ticket: Ticket) -> None:
    html = miras.get("/workspace/people/?q=Berger").content.decode()
    assert f'href="/workspace/people/{ticket.person_id}/"' in html


def test_what_the_list_of_people_does_not_find_leads_to_the_search_that_does(
    miras: Client, ticket: Ticket, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    html = miras.get("/workspace/people/?q=Abschlag").content.decode()
    (ways,) = re.findall(r'<div class="empty-actions">(.*?)</div>', html, re.DOTALL)
    (way,) = re.findall(r'href="([^"]+)"', ways)
    assert way == "/workspace/search/?q=Abschlag"
    assert f"/workspace/tickets/{ticket.pk}/" in miras.get(way).content.decode()
