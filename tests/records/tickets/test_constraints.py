"""The database itself refuses what must not be, whoever writes past the actions."""

from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets.models import Note, Ticket

REFUSED = {
    "tickets_resolved_says_when|tickets_status_known": "UPDATE tickets_ticket SET status = 'gone'",
    "tickets_priority_known": "UPDATE tickets_ticket SET priority = 5",
    "tickets_channel_known": "UPDATE tickets_ticket SET channel = 'fax'",
    "tickets_resolved_says_when": "UPDATE tickets_ticket SET status = 'resolved'",
    "tickets_order_of_time": "UPDATE tickets_ticket SET last_message_at = created_at - interval '1 second'",
    "tickets_message_one_author": "UPDATE tickets_message SET rule = 'acknowledge'",
    "tickets_message_state_fits": "UPDATE tickets_message SET state = 'queued'",
    "tickets_message_sent_says_when": (
        "UPDATE tickets_message SET direction = 'out', state = 'sent', person_id = NULL, rule = 'r'"
    ),
    "tickets_note_not_empty": "UPDATE tickets_note SET text = ''",
    "tickets_link_not_itself": (
        "INSERT INTO tickets_link (ticket_id, other_id, kind, created_at)"
        " SELECT number, number, 'follow_up', now() FROM tickets_ticket"
    ),
    "tickets_participant_once": (
        "INSERT INTO tickets_participant (ticket_id, address_id, role)"
        " SELECT ticket_id, address_id, 'copy' FROM tickets_participant"
    ),
    "tickets_attachment_hashed": (
        "INSERT INTO tickets_attachment (message_id, filename, content_type, size, sha256, content_id, is_inline)"
        " SELECT id, 'x', 'text/plain', 1, '../../etc/passwd', '', false FROM tickets_message"
    ),
    "customers_address_once": (
        "INSERT INTO customers_address (person_id, kind, value, folded, created_at)"
        " SELECT person_id, kind, value, folded, now() FROM customers_address"
    ),
    "customers_address_not_empty": "UPDATE customers_address SET folded = ''",
    "accounts_operator_is_one": (
        "INSERT INTO accounts_operator (id, name, phone, callback_address, street, postcode, city, country, website,"
        " default_language, undo_seconds, reopen_days, acknowledges)"
        " SELECT 2, 'Zweite', '', '', '', '', '', 'DE', '', 'de', 10, 30, true"
    ),
    "accounts_operator_undo_bounded": "UPDATE accounts_operator SET undo_seconds = 31",
    "accounts_agent_email_once": (
        "INSERT INTO accounts_agent (email, name, password, role_id, language, theme, shortcuts, is_active)"
        " SELECT upper(email), name, '', role_id, 'de', 'system', true, true FROM accounts_agent"
    ),
    "accounts_mailbox_team_has_responsible": "UPDATE accounts_mailbox SET responsible_id = NULL",
    "automation_applied_has_responsible": (
        "INSERT INTO automation_decision (ticket_id, question, choice, confidence, reason, evidence, alternatives,"
        " author, made_at, applied_at)"
        " SELECT number, 'team', 'team:1', 1, 'mailbox', '{}', '[]', 'rule:mailbox', now(), now() FROM tickets_ticket"
    ),
    "channels_intake_done_says_when": (
        "INSERT INTO channels_intake (received_at, source, envelope_from, envelope_to, sha256, size, remote_key,"
        " fingerprint, result, reason, detail, defects, attempts)"
        " VALUES (now(), 'smtp', '', '[]', 'x', 1, '', '', 'created', '', '', '[]', 0)"
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses(name: str, ticket: Ticket, mailbox: Mailbox, mira: Agent, now: datetime) -> None:
    Note.objects.create(ticket=ticket, agent=mira, text="da", created_at=now)
    with pytest.raises(IntegrityError, match=name), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REFUSED[name])
