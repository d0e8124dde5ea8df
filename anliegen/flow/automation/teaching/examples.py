"""Examples to learn from: what the operator says of topics, and what agents say of concerns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from anliegen.flow.automation.effects import value_of
from anliegen.flow.automation.learning.example import Example
from anliegen.flow.automation.models import Decision, Told
from anliegen.flow.automation.teaching.said import words_of
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.records.accounts.models import Topic
from anliegen.records.tickets.models import Message

HEARS = ("ticket.topic_changed", "decision.confirmed", "decision.corrected")
LATER = "later-message"  # why a decision was made of a message that is not the first
MOST = 30_000  # the newest; older ones say what things were called once
AT_ONCE = 500  # of them, read in one go
# Of what was told and of its message: HTML, recipients and headers stay in the database.
LEARNT_FROM = (
    *("topic", "by", "told_at", "ticket", "message", "message__subject", "message__text", "message__reply_text"),
    *("message__from_name", "message__channel", "message__language"),
)
NEW = timedelta(days=2)  # a customer is new who was met so shortly before


@dataclass(frozen=True)
class Given:
    """An example with what is asked of groups. `source`: `operator` or a code of TOLD_BY."""

    example: Example
    source: str
    told_at: datetime | None = None
    channel: str = ""
    language: str = ""
    is_new_customer: bool = False
    message: int | None = None
    ticket: int = 0  # its number; 0: no concern, but what the operator wrote


def from_topics() -> list[Given]:
    """What the operator said of each topic in use: its name, each sentence of its description, each example."""
    found = []
    for topic in Topic.objects.active().order_by("code"):
        said = [topic.name, topic.name_en, *topic.description.splitlines(), *topic.examples]
        found += [Given(Example(text.strip(), topic.code), "operator") for text in said if text.strip()]
    return found


@dataclass(frozen=True)
class Said:
    """What agents said of concerns, the oldest first: of a topic in use, and that it fits no category (which a model
    must notice)."""

    of_topics: list[Given]
    fits_none: list[Given]


def from_people() -> Said:
    """Of people who did not object, without exceptions. Reads it all once: hold on to the answer."""
    said = [*_newest_first()][::-1]
    return Said([one for one in said if one.example.label], [one for one in said if not one.example.label])


def that_count() -> "QuerySet[Told]":
    """What people said, without exceptions, and without the words of whoever wants people alone: for all they write,
    or for this concern."""
    wanted = ~Q(ticket__by_hand_why="customer") & Q(ticket__person__by_hand_since=None)
    return Told.objects.filter(wanted, is_exception=False)


def with_words(told: "QuerySet[Told]") -> "QuerySet[Told]":
    """With of each message what is learnt from."""
    return told.select_related("message").only(*LEARNT_FROM)


def _newest_first() -> Iterator[Given]:
    """A few at a time: thirty thousand messages are more than a process needs to hold at once."""
    in_use = {*Topic.objects.active().values_list("code", flat=True), ""}
    rows = that_count().filter(topic__in=in_use).select_related("message", "ticket__person")
    rows = rows.only(*LEARNT_FROM, "ticket__person", "ticket__created_at", "ticket__person__created_at")
    for row in rows.order_by("-told_at", "-id")[:MOST].iterator(AT_ONCE):
        said = words_of(row.message)
        if said:
            yield Given(
                Example(said, row.topic),
                row.by,
                row.told_at,
                row.message.channel,
                row.message.language,
                is_new_customer=row.ticket.created_at - row.ticket.person.created_at < NEW,
                message=row.message_id,
                ticket=row.ticket_id,
            )


def hear(events: Sequence[Event]) -> None:
    """Read `ticket.topic_changed`, `decision.confirmed` and `decision.corrected`: what a person said is an example from
    now on.

    What a machine set is none. A topic taken away by a person takes the example away. What a customer wanted checked
    teaches as what was checked. What is said of a later message teaches nothing: the first is learnt from.
    """
    said = _of_first([event for event in events if event.actor.startswith("agent:")])
    judged = _judged(said)
    for event in said:
        if event.verb == "ticket.topic_changed":
            _keep(pk_of(event.subject), event.data["to"], "corrected" if event.data["was"] else "set", event)
        elif event.id in judged:
            topic, by = judged[event.id]
            _keep(pk_of(event.subject), topic, by, event)


def _of_first(events: Sequence[Event]) -> list[Event]:
    """Without a word on a later message, and the change of topic that came with it."""
    tickets = {pk_of(event.subject) for event in events}
    later = Decision.objects.filter(ticket__in=tickets, question="topic", reason=LATER).exclude(settled_at=None)
    settled = set(later.values_list("ticket_id", "settled_at")) if tickets else set()
    return [event for event in events if (pk_of(event.subject), event.at) not in settled]


def _judged(events: Sequence[Event]) -> dict[int, tuple[str, str]]:
    """By event: what a person's word on a decision says that it is about, and how it was said."""
    asked = {
        pk_of(event.data["decision"]): event
        for event in events
        if event.verb in ("decision.confirmed", "decision.corrected") and event.data["question"] == "topic"
    }
    found: dict[int, tuple[str, str]] = {}
    for decision in Decision.objects.filter(pk__in=asked) if asked else ():
        event = asked[decision.pk]
        by = event.verb.removeprefix("decision.")
        if decision.contested_at is not None and decision.contested_at <= event.at:
            by = "checked"
        elif by == "corrected":
            continue  # the change of the topic says it
        chosen = decision.choice if event.verb == "decision.confirmed" else event.data["choice"]
        found[event.id] = value_of(chosen or ""), by
    return found


def first_message(number: int) -> Message | None:
    """The message of a ticket that is learnt from."""
    return Message.objects.filter(ticket=number, direction="in").order_by("created_at", "pk").first()


def _keep(number: int, topic: str | None, by: str, event: Event) -> None:
    """Empty: it fits no category. None: nothing is said of it any more."""
    first = first_message(number)
    if first is None:
        return
    with transaction.atomic():
        if topic is None:
            Told.objects.filter(ticket=number, told_at__lte=event.at).delete()
            return
        row, is_new = Told.objects.select_for_update().get_or_create(
            ticket_id=number,
            defaults={
                "message": first, "topic": topic, "by": by, "agent_id": pk_of(event.actor), "told_at": event.at,
            },
        )  # fmt: skip
        if not is_new and row.told_at <= event.at:  # what comes again does not undo what was said since
            row.topic, row.by, row.agent_id, row.told_at = topic, by, pk_of(event.actor), event.at
            row.save(update_fields=["topic", "by", "agent", "told_at"])
