"""Who writes is who stands in From. Reply-To is kept and shown; it makes nobody a customer."""

from collections.abc import Callable

import pytest
from django.test import Client

from anliegen.flow.channels.guard.watch import change_guard
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message
from tests.stories.mails import mail, take

pytestmark = pytest.mark.django_db(transaction=True)
MX = "mx.musterstadt.example"
EVE = "Kim Berger <eve@evil.example>"


def message_of(raw: bytes) -> Message:
    message = take(raw).message
    assert message is not None
    return message


def test_who_names_a_customer_in_reply_to_is_not_taken_for_them(mailbox: Mailbox, kim_address: Address) -> None:
    change_guard(actor=SYSTEM, at=clock.now(), trusted_servers=[MX])
    confirmed = f"{MX}; dmarc=pass header.from=evil.example"
    message = message_of(mail(sender=EVE, Reply_To="kim@example.org", Authentication_Results=confirmed))
    assert (message.authenticity, message.reply_to) == ("confirmed dmarc=pass", "kim@example.org")
    assert message.person_id != kim_address.person_id
    assert actions.recipients_of(message.ticket) == (("Kim Berger", "eve@evil.example"),)


def test_in_a_customers_concern_they_are_a_stranger(mailbox: Mailbox, kim_address: Address) -> None:
    first = message_of(mail())
    answer = mail(message_id="<e@x>", sender=EVE, Reply_To="kim@example.org", In_Reply_To="<first@example.org>")
    message = message_of(answer)
    assert (message.ticket, message.is_from_stranger) == (first.ticket, True)
    assert actions.recipients_of(first.ticket) == (("Kim Berger", "kim@example.org"),)


def test_nobody_becomes_somebody_in_reply_to_of_a_person_either(mailbox: Mailbox) -> None:
    message = message_of(mail(Reply_To="buero@firma.example"))
    assert actions.recipients_of(message.ticket) == (("Kim Berger", "kim@example.org"),)
    assert message.reply_to == "buero@firma.example"
    assert not Address.objects.filter(folded="buero@firma.example").exists()


@pytest.mark.parametrize("sender", ["Formular <service@musterstadt.example>", "Kim <kim@home.example>"])
def test_our_own_form_and_the_person_themself_may_name_a_customer(
    mailbox: Mailbox, kim_address: Address, sender: str
) -> None:
    customers.add_address(kim_address.person, kind="email", value="kim@home.example", actor=SYSTEM, at=clock.now())
    message = message_of(mail(sender=sender, Reply_To="kim@example.org"))
    assert (message.person_id, message.reply_to) == (kim_address.person_id, "")


def test_a_form_elsewhere_may_name_somebody_new_but_no_customer(mailbox: Mailbox, kim_address: Address) -> None:
    form = {"sender": "Formular <noreply@shop.example>"}
    new = message_of(mail(Reply_To="Ada Blum <ada@example.com>", **form))
    assert actions.recipients_of(new.ticket) == (("Ada Blum", "ada@example.com"),)
    known = message_of(mail(message_id="<2@x>", Reply_To="kim@example.org", text="Anders", **form))
    assert (known.reply_to, known.person_id != kim_address.person_id) == ("kim@example.org", True)


def test_the_agent_sees_where_answers_are_wanted_and_they_do_not_go_there_by_themselves(
    mailbox: Mailbox, admin: Agent, client: Client, run_pipeline: Callable[[], int]
) -> None:
    client.force_login(admin)
    message = message_of(mail(Reply_To="buero@firma.example"))
    run_pipeline()
    page = client.get(f"/workspace/tickets/{message.ticket_id}/").text
    assert "kim@example.org, bittet um Antwort an buero@firma.example" in page
    assert [each.to for each in Message.objects.filter(direction="out")] == [
        [{"name": "Kim Berger", "address": "kim@example.org"}]
    ]
