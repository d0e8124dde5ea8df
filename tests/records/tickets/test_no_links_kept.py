"""What earlier versions kept of the owners' links is taken out by a migration."""

from datetime import datetime
from importlib import import_module

from django.db import connection

from anliegen.ground.journal.actors import Actor
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets import links
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Ticket

REMOVE = import_module("anliegen.records.tickets.migrations.0010_no_links_kept").REMOVE


def test_the_link_in_what_a_rule_wrote_becomes_what_stands_for_it(ticket: Ticket, now: datetime) -> None:
    text = "Sehen Sie hier:\n{link}\n\nOder hier: {link}"
    old = Answer(text.format(link=links.status_link(ticket)))
    rule = tickets.acknowledge(ticket, old, rule="acknowledge", actor=Actor.rule("acknowledge"), at=now)
    with connection.cursor() as cursor:
        cursor.execute(REMOVE)
    assert Message.objects.get(pk=rule.pk).text == text.format(link=links.kept_link(ticket))
