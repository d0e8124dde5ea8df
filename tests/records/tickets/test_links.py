"""The signed links to a customer's status page open for the right person, and not for ever."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets import links
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.models import Ticket


def test_the_mailed_link_opens_everything_and_the_visitors_does_not(ticket: Ticket, now: datetime) -> None:
    assert links.opens(ticket, links.token(ticket), at=now)
    assert links.token(ticket) in links.status_link(ticket)
    assert links.reader_of(ticket, links.visitor_token(ticket), at=now) == "visitor"
    assert not links.opens(ticket, links.visitor_token(ticket), at=now)


def test_a_link_opens_no_other_ticket_of_the_same_person(
    ticket: Ticket, open_ticket: Callable[..., Ticket], kim_address: Address, now: datetime
) -> None:
    assert links.reader_of(open_ticket(kim_address), links.token(ticket), at=now) is None


def test_given_to_another_person_the_old_link_is_void(ticket: Ticket, now: datetime) -> None:
    old = links.token(ticket)
    ticket.person = customers.create_person(name="Ana Sá", actor=SYSTEM, at=now)
    assert links.reader_of(ticket, old, at=now) is None


def test_any_changed_sign_opens_nothing(ticket: Ticket, now: datetime) -> None:
    good = links.token(ticket)
    for place, sign in enumerate(good):
        assert links.reader_of(ticket, good[:place] + ("0" if sign != "0" else "1") + good[place + 1 :], at=now) is None


@pytest.mark.parametrize("given", ["", "ä" * 32, "0" * 32, "\x00"])
def test_what_is_no_proof_opens_nothing(ticket: Ticket, now: datetime, given: str) -> None:
    assert links.reader_of(ticket, given, at=now) is None


def test_half_a_year_after_resolving_the_link_ends_too(ticket: Ticket, now: datetime) -> None:
    resolved = tickets.resolve(ticket, actor=SYSTEM, at=now)
    last = now + links.LASTS_AFTER_CLOSING
    assert links.opens(resolved, links.token(resolved), at=last)
    assert not links.opens(resolved, links.token(resolved), at=last + timedelta(seconds=1))


def test_half_a_year_after_closing_the_link_ends_and_reopening_revives_it(ticket: Ticket, now: datetime) -> None:
    closed = tickets.change(ticket, Change(status="closed"), actor=SYSTEM, at=now)
    last = now + links.LASTS_AFTER_CLOSING
    assert links.opens(closed, links.token(closed), at=last)
    assert not links.opens(closed, links.token(closed), at=last + timedelta(seconds=1))
    opened = tickets.reopen(closed, actor=SYSTEM, at=last)
    assert links.opens(opened, links.token(opened), at=last + timedelta(days=400))
