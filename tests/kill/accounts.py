"""What went in and what is there: each mail answered with 250 stands in the ledger and has its effects once."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

from .instance import Instance, until
from .sender import Sender

OPEN = {
    "lines of the ledger waiting": "SELECT count(*) FROM channels_intake WHERE result = 'received'",
    "events unsealed": "SELECT count(*) FROM journal_event WHERE position IS NULL",
    "readers stopped": "SELECT count(*) FROM journal_cursor WHERE failed_at IS NOT NULL",
    "composed mails without an acknowledgement": "SELECT count(*) FROM tickets_ticket t"
    " WHERE subject LIKE 'Abschlag %' AND NOT EXISTS"
    " (SELECT FROM tickets_message m WHERE m.ticket_id = t.number AND m.rule = 'acknowledge')",
    "messages without a delivery": "SELECT count(*) FROM tickets_message m WHERE m.direction = 'out' AND NOT EXISTS"
    " (SELECT FROM channels_delivery d WHERE d.message_id = m.id)",
    "deliveries under way": "SELECT count(*) FROM channels_delivery WHERE done_at IS NULL",
    "jobs that somebody began": "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'",
}


def settle(instance: Instance, seconds: float) -> None:
    """Wait until nothing is left to do."""
    left: dict[str, int] = {}

    # All in one question: each would need a connection of its own, and looking be dearer than what is looked at.
    question = f"SELECT {', '.join(f'({one})' for one in OPEN.values())}"

    def is_done() -> bool:
        [counts] = instance.ask(question)
        left.clear()
        left.update({name: count for name, count in zip(OPEN, counts, strict=True) if count})
        return not left

    try:
        until(is_done, seconds, pause=0.25)
    except AssertionError:
        raise AssertionError(f"not settled within {seconds:g} s: {left}\n{instance.said()[-4000:]}") from None


def everything_is_there_once(instance: Instance, sender: Sender, run: str, *, seconds: float = 100) -> None:
    """Each accepted mail of this run has one ticket, decision and acknowledgement; further copies are duplicates."""
    until(instance.is_well, 60, "health")
    settle(instance, seconds)
    results: dict[str, list[str]] = defaultdict(list)
    question = "SELECT envelope_from, result FROM channels_intake WHERE envelope_from LIKE %s ORDER BY id"
    for envelope_from, result in instance.ask(question, f"kundin-{run}-%"):
        results[envelope_from].append(result)
    assert set(results) == {mail.sender for mail in sender.mails}
    for sender_address, found in results.items():
        assert Counter(found) == Counter(created=1, duplicate=len(found) - 1), f"{sender_address}: {found}"
    # A line more than there were answers is a mail whose 250 was lost on the way; fewer would be a lost mail.
    assert all(len(results[mail.sender]) >= sender.accepted[n] for n, mail in enumerate(sender.mails))

    ours = "FROM tickets_ticket WHERE subject LIKE %s"
    subject = f"Abschlag {run} %"
    assert instance.one(f"SELECT count(*) {ours}", subject) == len(sender.mails)
    assert instance.one(f"SELECT count(DISTINCT subject) {ours}", subject) == len(sender.mails)
    for counted, what in (
        ("SELECT count(*) FROM automation_decision WHERE ticket_id = t.number", "decisions"),
        ("SELECT count(*) FROM tickets_message WHERE ticket_id = t.number AND direction = 'in'", "messages in"),
        (
            "SELECT count(*) FROM tickets_message WHERE ticket_id = t.number AND rule = 'acknowledge'",
            "acknowledgements",
        ),
        ("SELECT count(*) FROM tickets_message WHERE ticket_id = t.number AND state = 'sent'", "sent"),
        (
            "SELECT count(*) FROM journal_event WHERE subject = 'ticket:' || t.number AND verb = 'ticket.opened'",
            "opened",
        ),
    ):
        wrong = instance.ask(
            f"SELECT number, n FROM (SELECT t.number, ({counted}) AS n FROM tickets_ticket t WHERE subject LIKE %s) c"
            " WHERE n <> 1",
            subject,
        )
        assert wrong == [], f"tickets that have not exactly one of {what}: {wrong[:10]}"
    what_left_is_what_was_sent(instance)
    verdict = instance.anliegen("journal", "verify")
    assert verdict["ok"], verdict


def what_left_is_what_was_sent(instance: Instance) -> None:
    """One file for each message sent, and none besides: a second attempt writes the same file."""
    files = instance.outbox()
    left = {int(file.stem.rpartition("-")[2]): _message_id(file) for file in files}
    sent = dict(
        instance.ask("SELECT id, rfc_message_id FROM tickets_message WHERE direction = 'out' AND state = 'sent'")
    )
    assert len(files) == len(left)
    assert left == {pk: message_id.strip("<>") for pk, message_id in sent.items()}


def _message_id(file: Path) -> str:
    found = re.search(rb"(?im)^message-id:\s*(\S+)", file.read_bytes())
    assert found, file
    return found.group(1).decode().strip("<>")
