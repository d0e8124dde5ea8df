"""What colleagues of the demo are at just now: a question, a handover, a private note, something marked."""

from datetime import datetime

from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions
from anliegen.records.tickets.actions import Asked
from anliegen.records.tickets.models import Draft, Ticket

QUESTION = (
    "@{name}, kannst du kurz draufschauen? Ich bin mir bei der Auskunft nicht sicher und würde heute noch antworten."
)
SUMMARY = "Angaben geprüft, Rückruf ist zugesagt; es fehlt nur noch die Antwort in einem Satz."
ASIDE = "Am Telefon war der Ton rau. Beim nächsten Mal besser zu zweit anrufen."


def begin(now: datetime) -> None:
    """The newest open concerns that lie with somebody and that nobody answers just now, one for each; where there are
    too few, less happens."""
    lying = Ticket.objects.open().filter(assignee__isnull=False).select_related("assignee", "team")
    lying = lying.exclude(pk__in=Draft.objects.values("ticket"))
    deeds = (_ask, _hand_over, _note_aside, _follow_and_mark)
    for deed, ticket in zip(deeds, lying.order_by("-last_message_at", "-pk"), strict=False):
        colleague = _colleague(ticket)
        if colleague is not None and ticket.assignee is not None:
            deed(ticket, ticket.assignee, colleague, now)


def _colleague(ticket: Ticket) -> Agent | None:
    """Somebody else of the team, the first by name."""
    others = Agent.objects.filter(teams=ticket.team, is_active=True).exclude(pk=ticket.assignee_id or 0)
    return others.order_by("name", "pk").first()


def _ask(ticket: Ticket, agent: Agent, colleague: Agent, now: datetime) -> None:
    text = QUESTION.format(name=colleague.name)
    actions.write_note(ticket, text=text, asked=[Asked(colleague)], actor=Actor.agent(agent.pk), at=now)


def _hand_over(ticket: Ticket, agent: Agent, colleague: Agent, now: datetime) -> None:
    actions.pass_on(ticket, to=colleague, summary=SUMMARY, actor=Actor.agent(agent.pk), at=now)


def _note_aside(ticket: Ticket, agent: Agent, colleague: Agent, now: datetime) -> None:
    asked = [Asked(colleague)]
    text = f"@{colleague.name}: {ASIDE}"
    actions.write_note(ticket, text=text, asked=asked, is_side=True, actor=Actor.agent(agent.pk), at=now)


def _follow_and_mark(ticket: Ticket, agent: Agent, colleague: Agent, now: datetime) -> None:
    actions.follow(ticket, colleague, actor=Actor.agent(colleague.pk), at=now)
    message = ticket.messages.filter(direction="in").order_by("-created_at", "-pk").first()
    words = message.said.strip().partition("\n")[0][:80].rpartition(" ")[0] if message is not None else ""
    if message is not None and words:
        actions.highlight(message, agent, text=words, near=0, actor=Actor.agent(agent.pk), at=now)
