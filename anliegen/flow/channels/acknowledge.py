"""The acknowledgement: names concern, number, team and an honest expected time. Written by a rule, and says so.

It goes to whoever is named as the one who wants an answer, and anybody can name anybody: in the form, in Reply-To. So
it repeats a writer's own words, the subject, only to the address they wrote from; else our domain would carry what a
stranger wants to say to a third party.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from anliegen.flow.channels.addressed import language_for
from anliegen.flow.channels.first_words import first_words
from anliegen.flow.channels.greeting import greeted, greeting, is_to_its_writer
from anliegen.flow.channels.guard.answers import holds_back
from anliegen.flow.channels.models import Brake, Intake
from anliegen.flow.channels.restored import came_before_it
from anliegen.flow.channels.way_to_a_person import way_to_a_person
from anliegen.ground import clock
from anliegen.ground.compiled import compiled
from anliegen.ground.jobs import job
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts import hours
from anliegen.records.accounts.models import Operator
from anliegen.records.accounts.opening import day_and_hour, reachable
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets import actions, queries
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.in_person import who_is_next
from anliegen.records.tickets.links import kept_link
from anliegen.records.tickets.models import Message, Ticket

RULE = "acknowledge"
TOO_OLD = timedelta(days=1)  # after a long standstill nobody is to be greeted for yesterday's mail
OF_THE_PAST = timedelta(days=3)  # by its own date, a mail from a file; a mail server's queue is no file
BRAKE, WITHIN = 10, timedelta(minutes=10)  # so many acknowledgements to one person in this time, then none
BRAKE_A_DAY = 30  # and so many in a day: a loop may be slow
NOT_A_PERSON = (
    "no-reply",
    "noreply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "mailer-daemon",
    "postmaster",
    "bounce",
)


def acknowledge(event: Event) -> None:
    """Read a `ticket.triaged`: tell the customer that the concern arrived, once, unless a machine wrote it."""
    operator = the_operator()
    at = clock.now()
    ticket = next(iter(_ticket(pk_of(event.subject))), None)
    if ticket is None or not operator.acknowledges:
        return
    first = next(iter(_first(ticket.pk)), None)
    if first is None or not _deserves_one(first, ticket, at):
        return
    # Asked first, not caught: an action that fails takes the whole batch of this reader back.
    to = actions.recipients_of(ticket)
    if not to:
        return  # a letter, a call or a form without a mail address: a person answers
    if _is_too_much(ticket, at):
        return
    language = language_for(ticket, operator)
    with translation.override(language):
        concern = _concern(first, ticket, to)
        answer = Answer(
            text=words(ticket, operator, language, concern=concern, at=at),
            subject=_subject(ticket, concern),
            to=tuple((greeted(name), address) for name, address in to),
            channel="email",
        )
    actions.acknowledge(ticket, answer, rule=RULE, actor=Actor.rule(RULE).because_of(event), at=at)


def acknowledge_held(brake: Brake) -> int:
    """Make up for the acknowledgements that this brake held back, now that it is released; how many were looked at.

    One that held them back from a person is made up for in that person's concerns alone.
    """
    events = Event.objects.filter(
        verb="ticket.triaged", position__isnull=False, at__gte=brake.tripped_at, at__lte=brake.released_at
    )
    if brake.kind == "person":
        theirs = Ticket.objects.filter(person=int(brake.key), last_message_at__gte=brake.tripped_at)
        events = events.filter(subject__in=[f"ticket:{pk}" for pk in theirs.values_list("pk", flat=True)])
    for event in events.order_by("position"):
        with transaction.atomic():
            acknowledge(event)
    return events.count()


@job()
def make_up(brake: int) -> None:
    acknowledge_held(Brake.objects.get(pk=brake))


def words(ticket: Ticket, operator: Operator, language: str, *, concern: str | None, at: datetime) -> str:
    """The text, in the language that is active. `concern` is what it is called, None where that is not told."""
    paragraphs = [
        greeting(ticket.person, language=language),
        _("We have received your concern and stored it safely."),
        _particulars(ticket, concern, at),
        queries.expected_answer(ticket.team, language, since=ticket.created_at, at=at),
        _("You can see at any time how it stands, and add something:\n%(link)s") % {"link": kept_link(ticket)},
        way_to_a_person(operator, ticket.brand, at=at),
        _closing(ticket),
    ]
    return "\n\n".join(part for part in paragraphs if part)


def _closing(ticket: Ticket) -> str:
    """That nobody wrote this; and by name, where people alone see to it, who answers."""
    person = who_is_next(ticket)
    if person is None:
        return _("This confirmation was written by a rule. Your concern itself is read by a person.")
    return _(
        "This confirmation was written by a rule. Your concern itself is seen to by %(name)s in person; "
        "nothing of it is answered automatically."
    ) % {"name": person.name}


def who_decides(at: datetime) -> str:
    """What is told while no team has it. Nobody decides anything while we are closed."""
    opening = reachable(hours.of_team(None), at)
    if opening is None or opening.is_open:
        return _("A person is now deciding which team takes care of it.")
    return _("As soon as we are back, a person decides which team takes care of it: from %(moment)s.") % {
        "moment": opening.back
    }


def is_from_a_person(message: Message) -> bool:
    """Whether somebody would read an answer: neither an automatic mail nor an address that nobody reads."""
    return not message.automatic and not message.from_address.lower().partition("@")[0].startswith(NOT_A_PERSON)


def may_be_answered_by_a_rule(message: Message, at: datetime) -> bool:
    """Whether a person wrote it, who is who they say, and just now: not long ago, nor before a restore."""
    if message.is_feigned or not is_from_a_person(message) or at - message.created_at > TOO_OLD:
        return False
    line = next(iter(_line(message.pk)), None)
    if line is not None and is_of_the_past(line, message):
        return False
    return not came_before_it(line.received_at if line is not None else message.created_at)


def is_of_the_past(line: Intake, message: Message) -> bool:
    """Whether this mail was written long before somebody took it in from a file: nobody waits for its confirmation.

    By the mail's own date; one without a date counts as written when it came.
    """
    return not line.acknowledges_old and line.received_at - message.written_at > OF_THE_PAST


def _concern(first: Message, ticket: Ticket, to: Sequence[tuple[str, str]]) -> str | None:
    """What the concern is called: by its writer's own words, and only to its writer. Else number and team name it."""
    if not is_to_its_writer(first, to):
        return None
    if ticket.subject.strip():
        return ticket.subject
    # What lay under a seal is told to nobody outside.
    return first_words(first.said) or None if not first.came_encrypted else None


def _particulars(ticket: Ticket, concern: str | None, at: datetime) -> str:
    lines = [_("Your concern: %(subject)s") % {"subject": concern}] if concern is not None else []
    if concern is None and ticket.channel == "form":  # whose words are not repeated: the address is not proven
        moment = day_and_hour(ticket.created_at, at, timezone.get_current_timezone())
        lines = [_("Your concern: by our contact form, %(moment)s") % {"moment": moment}]
    lines.append(_("Its number: %(number)s") % {"number": ticket.pk})
    lines.append(_("It is with: %(team)s") % {"team": ticket.team.name} if ticket.team is not None else who_decides(at))
    return "\n".join(lines)


def _subject(ticket: Ticket, concern: str | None) -> str:
    if concern is None:
        return _("We have received your concern [#%(number)s]") % {"number": ticket.pk}
    return _("We have received your concern: %(subject)s [#%(number)s]") % {
        "subject": concern[:300],
        "number": ticket.pk,
    }


def _deserves_one(first: Message, ticket: Ticket, at: datetime) -> bool:
    return may_be_answered_by_a_rule(first, at) and not any(_answers(ticket.pk))


def _is_too_much(ticket: Ticket, at: datetime) -> bool:
    said = list(_said(ticket.person_id, at - timedelta(days=1)))
    lately = sum(moment > at - WITHIN for moment in said)
    is_over = lately >= BRAKE or len(said) >= BRAKE_A_DAY
    return holds_back(ticket.person_id, is_over=is_over, most=BRAKE, at=at)


@compiled
def _ticket(number: int) -> QuerySet[Ticket]:
    return Ticket.objects.select_related("team__lead", "assignee", "brand", "person").filter(pk=number)


@compiled
def _first(ticket: int) -> QuerySet[Message]:
    return Message.objects.filter(ticket=ticket, direction="in").order_by("pk")[:1]


@compiled
def _answers(ticket: int) -> QuerySet[Any]:
    return Message.objects.filter(ticket=ticket, direction="out").values_list("pk", flat=True)[:1]


@compiled
def _line(message: int) -> QuerySet[Intake]:
    return Intake.objects.filter(message=message).order_by("pk")[:1]


@compiled
def _said(person: int, since: datetime) -> QuerySet[Any]:
    """When this person was acknowledged since then, the newest first; as many as decide."""
    said = Message.objects.filter(rule=RULE, ticket__person=person, created_at__gt=since)
    return said.order_by("-created_at").values_list("created_at", flat=True)[:BRAKE_A_DAY]
