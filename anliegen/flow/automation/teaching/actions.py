"""A person's word on models and on topics that are missing."""

from datetime import datetime

from django.db import connection, transaction

from anliegen.flow.automation import approval, verbs
from anliegen.flow.automation.models import Decision, Learnt, TopicProposal
from anliegen.flow.automation.teaching import beside, speaking
from anliegen.flow.automation.teaching.groups import SMALLEST
from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team, Topic
from anliegen.records.accounts.permissions import may
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.codes import as_code
from anliegen.records.tickets.models import Ticket

ONE_AT_A_TIME = 0x4C726E74  # "Lrnt": the advisory lock of whoever decides which version speaks, or makes a new one


class NotReady(Exception):
    """A model without a dataset sheet or without a test for each group cannot speak."""


class TopicTaken(Exception):
    """The proposal was dismissed meanwhile, or a topic of this name is out of use."""


class TopicsFull(Exception):
    """As many topics are in use as may be."""


class NeedsReason(Exception):
    """It does much worse for some group, or was tried on too few to know: whoever lets it speak says why."""


def one_at_a_time() -> None:
    """Until this transaction ends nobody else changes which versions there are and which speaks. What was read before
    may be out of date."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def let_speak(learnt: Learnt, *, responsible: Agent, reason: str = "", by: Agent, at: datetime) -> Learnt:
    """Let this model speak instead of the present one; `responsible` answers for what it decides.

    An older one may speak again: that is the way back. One that speaks already is handed over.
    Raises NotReady, NeedsReason.
    """
    with unit():
        one_at_a_time()
        learnt = held(Learnt, learnt.pk)
        if learnt.state == "speaking":
            return _hand_over(learnt, responsible, by, at)
        tried = learnt.groups.get("all", {}).get("n", 0)
        if not learnt.sheet or not tried:
            raise NotReady
        if (learnt.groups.get("findings") or tried < SMALLEST) and not reason.strip():
            raise NeedsReason
        keep_comparison(learnt)  # before the one that it was compared with is silent
        for other in Learnt.objects.select_for_update().filter(state="speaking"):
            _retire(other, f"triage@{learnt.version}", by, at)
        learnt.state, learnt.responsible, learnt.settled_by, learnt.settled_at = "speaking", responsible, by, at
        learnt.reason = reason.strip()[:300]
        learnt.save()
        _say_it_speaks(learnt, responsible, by, at)
    transaction.on_commit(speaking.forget)
    return learnt


def _hand_over(learnt: Learnt, responsible: Agent, by: Agent, at: datetime) -> Learnt:
    if learnt.responsible_id != responsible.pk:
        learnt.responsible = responsible
        learnt.save(update_fields=["responsible"])
        _say_it_speaks(learnt, responsible, by, at)
        transaction.on_commit(speaking.forget)
    return learnt


def _say_it_speaks(learnt: Learnt, responsible: Agent, by: Agent, at: datetime) -> None:
    told = {"version": learnt.version, "responsible": ref(responsible)}
    record(verbs.MODEL_SPEAKS, learnt, actor=Actor.agent(by.pk), at=at, **told)


def silence(learnt: Learnt, *, reason: str, by: Agent, at: datetime) -> Learnt:
    """This model speaks no more; people sort alone until another is let speak."""
    with unit():
        one_at_a_time()
        learnt = held(Learnt, learnt.pk)
        if learnt.state != "speaking":
            return learnt
        _retire(learnt, reason, by, at)
    transaction.on_commit(speaking.forget)
    return learnt


def refuse(learnt: Learnt, *, reason: str, by: Agent, at: datetime) -> Learnt:
    """A model that waits does not get to speak."""
    with unit():
        one_at_a_time()
        learnt = held(Learnt, learnt.pk)
        if learnt.state != "waiting":
            return learnt
        keep_comparison(learnt)
        learnt.state, learnt.settled_by, learnt.settled_at, learnt.reason = "refused", by, at, reason.strip()[:300]
        learnt.save()
        record(verbs.MODEL_REFUSED, learnt, actor=Actor.agent(by.pk), at=at, version=learnt.version)
    return learnt


def keep_comparison(learnt: Learnt) -> None:
    """What was seen of a version that waited stays with it; the caller saves it."""
    seen = beside.of(learnt) if learnt.state == "waiting" else None
    if seen is not None:
        learnt.figures = {**learnt.figures, "live": seen.figures()}


def _retire(learnt: Learnt, reason: str, by: Agent, at: datetime) -> None:
    learnt.state, learnt.reason = "retired", reason.strip()[:300]
    learnt.save()
    record(verbs.MODEL_SILENT, learnt, actor=Actor.agent(by.pk), at=at, version=learnt.version)


def stays_without(ticket: Ticket, *, to: Agent | Team | None = None, by: Agent, at: datetime) -> Ticket:
    """Somebody has looked at a concern that fits no category, and that is right: it is listed no more, and the model
    that noticed it hears that it was right. `to`: who sees to it. Raises NobodyHasIt while nobody does."""
    with unit():
        if to is not None:
            ticket = tickets.assign(ticket, to=to, actor=Actor.agent(by.pk), at=at)
        said = Decision.objects.real().filter(ticket=ticket, question="topic", choice="", settled_at=None)
        for decision in said.order_by("pk"):
            approval.confirm(decision, by=by, at=at)
        return tickets.placed(ticket, actor=Actor.agent(by.pk), at=at)


def take_up(proposal: TopicProposal, *, name: str, by: Agent, at: datetime) -> Topic:
    """Make a topic of what was proposed, or take the one of this name: its concerns get it, as far as `by` may change
    them, and are its first examples by that. Does nothing to a proposal that was settled meanwhile. Raises TopicTaken,
    and TopicsFull where as many are in use as may be.
    """
    actor = Actor.agent(by.pk)
    with unit():
        proposal = held(TopicProposal, proposal.pk, "topic")
        found = proposal.topic or Topic.objects.filter(code=code_of(name)).first()
        if proposal.settled_at is not None:
            if found is None:
                raise TopicTaken
            return found
        if found is not None and not found.is_active:
            raise TopicTaken
        if found is None and Topic.objects.are_full():
            raise TopicsFull
        topic = found or accounts.create(Topic, code=code_of(name), name=name.strip()[:80], actor=actor, at=at)
        for ticket in Ticket.objects.visible_to(by).filter(pk__in=proposal.tickets, topic="").order_by("pk"):
            if may(by, "ticket.change", ticket):
                tickets.change(ticket, Change(topic=topic.code), actor=actor, at=at)
        _settle(proposal, topic, by, at)
        return topic


def dismiss(proposal: TopicProposal, *, by: Agent, at: datetime) -> TopicProposal:
    """No topic is missing there."""
    with unit():
        proposal = held(TopicProposal, proposal.pk)
        _settle(proposal, None, by, at)
    return proposal


def _settle(proposal: TopicProposal, topic: Topic | None, by: Agent, at: datetime) -> Topic | None:
    if proposal.settled_at is not None:
        return proposal.topic
    proposal.settled_at, proposal.settled_by, proposal.topic = at, by, topic
    proposal.save()
    verb = verbs.TOPIC_PROPOSAL_TAKEN if topic is not None else verbs.TOPIC_PROPOSAL_DISMISSED
    record(verb, proposal, actor=Actor.agent(by.pk), at=at)
    return topic


def code_of(name: str) -> str:
    """The code of a topic of this name, as tickets keep it; never digits alone, so that a reference names it."""
    code = as_code(name)
    return (code if code and not code.isdecimal() else f"thema-{code}".strip("-"))[:60]
