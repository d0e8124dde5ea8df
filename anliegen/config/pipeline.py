"""The list of the journal's readers, in order: read top to bottom, this is the product."""

from anliegen.faces.workspace import jobs as workspace_jobs
from anliegen.faces.workspace.noticing import post, whom
from anliegen.flow.automation import (
    escalate,
    heard,
    in_force,
    moot,
    promise_owners,
    routing,
    team_of_topic,
    triage,
)  # fmt: skip
from anliegen.flow.automation.rules import run, vocabulary
from anliegen.flow.automation.teaching import examples
from anliegen.flow.channels import acknowledge, bounced, outbox, strangers
from anliegen.flow.feedback import outcome
from anliegen.ground.journal.read import Reader, reader
from anliegen.records.tickets import readers as tickets

READERS: list[Reader] = [
    reader(
        "index",
        tickets.index,
        on=["message.received", "message.opened", "message.queued", "note.written"],
        batch=True,
        from_start=True,
    ),
    reader("triage", triage.decide, on=["message.received"], batch=True),
    reader("hear", examples.hear, on=examples.HEARS, batch=True),
    # Before the acknowledgement, which says who is next.
    reader("escalate", escalate.read_events, on=["message.received", "promise.broken", "ticket.reopened"], batch=True),
    # Before routing, which offers a concern within its team.
    reader("team-of-topic", team_of_topic.follow, on=["ticket.topic_changed"], batch=True),
    # Before routing, which offers a concern to nobody while an offer of it waits.
    reader("moot", moot.follow, on=moot.MOVES, batch=True),
    # After what alerts people, and before the acknowledgement, which names who sees to it.
    reader("route", routing.decide, on=["ticket.triaged", "ticket.moved", "agent.left"], batch=True),
    reader("acknowledge", acknowledge.acknowledge, on=["ticket.triaged"]),
    reader("strangers", strangers.tell, on=["message.received"]),
    reader("deliver", outbox.plan, on=["message.queued", "message.rescheduled"]),
    reader("stop", outbox.stop_scheduled, on=["message.received"], batch=True),
    reader("wake", tickets.wake, on=["message.received"], batch=True),
    reader("bounces", bounced.find_its_mail, on=["intake.kept"]),
    reader("due", tickets.keep_due, on=tickets.MOVES_DUE, batch=True),
    reader(
        "address-bounces",
        tickets.note_bounces,
        on=["message.bounced", "message.unreached", "message.failed", "message.delivered"],
    ),
    reader("see-to", tickets.see_to, on=["message.queued", "note.written", "note.kept_aside"]),
    reader("notify", post.post, on=whom.verbs(), batch=True),
    reader("budgets", workspace_jobs.budget_reached, on=["provider.budget_reached"]),
    reader("ask", outcome.ask, on=["ticket.resolved", "ticket.closed"]),
    reader("heard", heard.hear, on=heard.HEARS, batch=True),
    reader("in-force", in_force.follow, on=in_force.HEARS, batch=True),
    reader("promise-owners", promise_owners.follow, on=promise_owners.MOVES, batch=True),
    reader("rules", run.act, on=vocabulary.VERBS, batch=True),
]
