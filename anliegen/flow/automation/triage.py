"""What is this message about, and whose is it? The mailbox says the team, the model that speaks the topic.

A model proposes; what it may apply by itself it has to have been right about often enough, in this house. What fits no
category says so and is listed for a person to see soon. For whoever wants people alone no model is asked, nor for what
people alone see to. A version that waits for approval reads along without a word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from anliegen.flow.automation import approval, branches, escalate, later, pauses, shadow, team_of_topic, topics
from anliegen.flow.automation.approval import SURE, Proposal
from anliegen.flow.automation.branches import Tree
from anliegen.flow.automation.effects import choice_of, value_of
from anliegen.flow.automation.models import Decision, Learnt
from anliegen.flow.automation.shadow import Read
from anliegen.flow.automation.signals.languages import UNKNOWN, language
from anliegen.flow.automation.signals.nonsense import sense
from anliegen.flow.automation.teaching import speaking
from anliegen.flow.automation.teaching.said import words_of
from anliegen.ground import clock, rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.answered import unanswered
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of, ref
from anliegen.records.accounts.models import Agent, Mailbox, Topic
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Message, Ticket
from anliegen.records.tickets.verbs import TICKET_TRIAGED

AUTHOR = Actor.rule("mailbox")
BY_URGENCY = Actor.rule("urgency-of-topic")
BY_LANGUAGE = Actor.rule("language")
SURE_OF_LANGUAGE = 0.9
WORTH_NAMING = 0.005  # of another language; with less there is none
NONSENSE = Actor.rule("nonsense")
LEARNT = "model:triage"  # whichever version speaks
NORMAL = 2  # the priority that nobody has chosen


@dataclass(frozen=True)
class Said:
    """What is said of a message's topic, by whom, and from which confidence on that may be applied."""

    message: Message
    proposal: Proposal
    author: Actor
    bound: float


def decide(events: Sequence[Event]) -> None:
    """Read `message.received`: the first message of a ticket gets its decisions, a later one may be proposed another
    topic. What was sorted already is not sorted again when it comes again."""
    new = unanswered([event for event in events if event.data["first"]], TICKET_TRIAGED)
    firsts = {pk_of(event.subject): event for event in new}
    with rows.deferred(len(firsts)):
        # What is missing was erased meanwhile.
        found = rows.lock(Ticket.objects.select_related("mailbox", "person"), firsts)
        for pk, ticket in found.items():
            if ticket.person.by_hand_since is not None and ticket.by_hand_since is None:
                tickets.take_by_hand(ticket, why="customer", actor=AUTHOR.because_of(firsts[pk]), at=clock.now())
        said, readable = _look(found, firsts)
        tree = branches.in_use() if readable else {}
        said |= _spoken(readable, tree)
        for pk, ticket in found.items():
            _decide(ticket, firsts[pk], said.get(pk))
    shadow.try_out(readable, tree=tree, at=clock.now())
    later.read([event for event in events if not event.data["first"]], at=clock.now())


def _look(found: Mapping[int, Ticket], firsts: Mapping[int, Event]) -> tuple[dict[int, Said], list[Read]]:
    """Of each whose topic nobody has said: that it has no words that mean anything; and what a model may read.

    Of whoever wants people alone nothing is read, and no model reads what people alone will see to: somebody grieves,
    is in need, or asks for a person.
    """
    asked = [pk for pk, ticket in found.items() if ticket.by_hand_since is None and not ticket.topic]
    keys = {pk_of(firsts[pk].data["message"]): pk for pk in asked}
    messages = list(Message.objects.filter(pk__in=keys, automatic="")) if keys else []
    said: dict[int, Said] = {}
    meant: list[Read] = []
    for message in messages:
        text, pk = words_of(message), keys[message.pk]
        if sense(text).is_nonsense and not message.attachments.exists():
            proposal = Proposal("", 0.0, "nothing-said", _answers(found[pk]))
            said[pk] = Said(message, proposal, NONSENSE, SURE)
        else:
            meant.append(Read(found[pk], message, text, firsts[pk]))
            _language(found[pk], message, text, firsts[pk])
    if not meant or pauses.holds(LEARNT) or not Learnt.objects.reading().exists():
        return said, []
    return said, [one for one in meant if not escalate.keeps_automation_away(one.message)]


def _spoken(readable: Sequence[Read], tree: Tree) -> dict[int, Said]:
    """What the model that speaks reads in each. One that cannot be read is as silent as none."""
    voice = speaking.current_or_none() if readable else None
    if voice is None:
        return {}
    proposals = topics.read_or_none([one.text for one in readable], voice, tree=tree)
    author = Actor.model(voice.learnt.name)
    # Where who answers for it has left it proposes only.
    bound = voice.surest if _is_here(voice.learnt.responsible_id) else float("inf")
    return {
        one.ticket.pk: Said(one.message, proposal, author, bound)
        for one, proposal in zip(readable, proposals, strict=False)
    }


def _language(ticket: Ticket, message: Message, text: str, event: Event) -> None:
    """What language it is in, where its way in said another or none: a form says the page's."""
    told = language(text)
    if told.code in (UNKNOWN, ticket.language):
        return
    evidence = {"was": ticket.language}
    second = (choice_of("language", told.runner_up), round(told.runner_up_confidence, 4))
    runner_up = (second,) if told.runner_up_confidence >= WORTH_NAMING else ()
    by = _answers(ticket)
    proposal = Proposal(choice_of("language", told.code), told.confidence, "language-of-text", by, evidence, runner_up)
    actor = BY_LANGUAGE.because_of(event)
    approval.submit(ticket, "language", proposal, actor=actor, at=clock.now(), message=message, bound=SURE_OF_LANGUAGE)


def _is_here(agent: int | None) -> bool:
    return agent is not None and Agent.objects.active().filter(pk=agent).exists()


def _answers(ticket: Ticket) -> int | None:
    return ticket.mailbox.responsible_id if ticket.mailbox is not None else None


def _decide(ticket: Ticket, event: Event, said: Said | None) -> None:
    at = clock.now()
    topic = _topic(ticket, event, said, at) if said is not None else None
    fits_none = topic is not None and not topic.choice
    if ticket.team_id is not None:
        # A person was quicker: no team to decide, but what waits for the sorting may go on.
        decision = ref(topic) if topic is not None else None
        tickets.triaged(ticket, decision=decision, fits_none=fits_none, actor=AUTHOR.because_of(event), at=at)
        return
    proposal, actor = propose(ticket.mailbox), AUTHOR
    if not proposal.choice and topic is not None and topic.applied_at is not None:
        by_topic = team_of_topic.propose(value_of(topic.choice))
        if by_topic is not None:
            proposal, actor = by_topic, team_of_topic.AUTHOR
    make(ticket, proposal, actor=actor.because_of(event), at=at, fits_none=fits_none)


def _topic(ticket: Ticket, event: Event, said: Said, at: datetime) -> Decision:
    actor = said.author.because_of(event)
    decision = approval.submit(
        ticket, "topic", said.proposal, actor=actor, at=at, message=said.message, bound=said.bound
    )
    if decision.applied_at is not None and ticket.priority == NORMAL:
        _urgency_of(value_of(decision.choice), ticket, replace(actor, ref=BY_URGENCY.ref), at)
    return decision


def _urgency_of(code: str, ticket: Ticket, actor: Actor, at: datetime) -> None:
    """What the operator says of how urgent concerns of this topic are."""
    topic = branches.nearest(Topic.objects.filter(urgency__isnull=False, responsible__is_active=True), code)
    if topic is not None and topic.urgency != ticket.priority:
        choice = choice_of("priority", topic.urgency)
        proposal = Proposal(choice, 1.0, "urgency-of-topic", topic.responsible_id, {"topic": topic.code})
        approval.submit(ticket, "priority", proposal, actor=actor, at=at)


def propose(mailbox: Mailbox | None) -> Proposal:
    """Whose is a message that came to this mailbox? Pure."""
    if mailbox is None:
        return Proposal("", 0.0, "no-mailbox")
    if mailbox.team_id is None:
        return Proposal("", 0.0, "mailbox-without-team", evidence={"mailbox": mailbox.pk})
    return Proposal(f"team:{mailbox.team_id}", 1.0, "mailbox", mailbox.responsible_id, {"mailbox": mailbox.pk})


def make(ticket: Ticket, proposal: Proposal, *, actor: Actor, at: datetime, fits_none: bool = False) -> Decision:
    """Decide the team; then the sorting is over, and what waits for it may go on.

    `fits_none`: no category fits, whatever the team. A team that is only proposed, as while this is paused, is none
    until a person gives it; and what nobody has is listed for somebody to see, whether or not its topic is known.
    """
    with unit():
        decision = approval.submit(ticket, "team", proposal, actor=actor, at=at)
        nowhere = fits_none or decision.applied_at is None
        tickets.triaged(ticket, decision=ref(decision), fits_none=nowhere, actor=actor, at=at)
    return decision
