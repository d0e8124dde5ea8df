"""What must be true at the end of the day, from the database and the journal: each sentence is something that is not.

The journal has a ticket's events in the order in which its row was locked, so what came between an agent's look and
their deed can be read off it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from pathlib import Path

from anliegen.flow.channels.models import Intake
from anliegen.ground.journal import tail
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.verify import verify
from anliegen.oversight.measurement.bench.day.deeds import Book, Deed
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import BulkChange, Draft, Message, Note, Ticket

# Each deed of these kinds has its event, no more and no less.
VERBS = {
    "undo": "message.cancelled",
    "note": "note.written",
    "snooze": "ticket.snoozed",
    "promise": "promise.made",
    "hand_over": "ticket.handed_over",
}
FIELD_VERBS = {
    "priority": "ticket.priority_changed",
    "topic": "ticket.topic_changed",
    "subject": "ticket.subject_changed",
}
LEFT = ("sent", "delivered")


def wrong(book: Book, mails: Sequence[tuple[str, str]], *, outbox: Path, log: str) -> list[str]:
    """Everything that is not as it must be, in sentences. Empty is what the day is for."""
    return [
        *book.wrong,
        *_answers(book, outbox),
        *_double_answers(book),
        *_kept_drafts(book),
        *_events(book),
        *_notes(book),
        *_fields(book),
        *_bulk(book),
        *_mails(mails),
        *_whole(log),
    ]


def _answers(book: Book, outbox: Path) -> Iterator[str]:
    """Each answer that was sent left exactly once; what was taken back, or stopped, not at all."""
    sent = {deed.token: deed for deed in book.done("reply")}
    back = {deed.token for deed in book.done("undo")}
    asked = {deed.token for deed in book.deeds if deed.kind == "reply"}
    rows = defaultdict(list)
    for text, state in Message.objects.filter(direction="out", agent__isnull=False).values_list("text", "state"):
        for token in _tokens(text):
            rows[token].append(state)
    left = Counter(token for place in sorted(outbox.glob("**/*.eml")) for token in _tokens(_words(place)))
    for token in sorted(asked):
        states, times = rows[token], left[token]
        if token not in sent and (states or times):
            yield f"answer {token} was refused, and yet there it is: {states}, {times} times in the outbox"
        elif token in back and (states != ["cancelled"] or times):
            yield f"answer {token} was taken back, and yet: {states}, {times} times in the outbox"
        elif token in sent and token not in back and (len(states) != 1 or states[0] not in LEFT or times != 1):
            yield f"answer {token} was sent once, and yet: {states}, {times} times in the outbox"


def _double_answers(book: Book) -> Iterator[str]:
    """Nobody answered past a colleague whose answer they had not seen."""
    messages = {deed.key: deed for deed in book.done("reply") if deed.key}
    queued = Event.objects.filter(verb="message.queued", actor__startswith="agent:").order_by("id")
    by_ticket = defaultdict(list)
    for event in queued:
        by_ticket[event.subject].append(event)
    for events in by_ticket.values():
        for event in events:
            deed = messages.get(int(event.data["message"].partition(":")[2]))
            for other in events:
                if deed and other.actor != event.actor and deed.seen < other.id < event.id:
                    yield f"answer {deed.token} in {event.subject} went past one that its writer had not seen"


def _kept_drafts(book: Book) -> Iterator[str]:
    """What was not sent because others were quicker is still there to be sent."""
    last = {(deed.agent, deed.ticket): deed for deed in book.deeds if deed.kind == "reply"}
    for (agent, ticket), deed in last.items():
        if deed.outcome != "told":
            continue
        kept = Draft.objects.filter(agent=agent, ticket=ticket, kind="reply").values_list("text", flat=True)
        if not any(deed.token in text for text in kept):
            yield f"what agent {agent} wrote in ticket {ticket} ({deed.token}) was stopped and is not kept"


def _events(book: Book) -> Iterator[str]:
    """Each deed that was answered with success has its event, and no event has no deed."""
    for kind, verb in VERBS.items():
        deeds = Counter((f"agent:{deed.agent}", f"ticket:{deed.ticket}") for deed in book.done(kind))
        found = Counter(
            Event.objects.filter(verb=verb, actor__in=_actors(book)).values_list("actor", "subject"),
        )
        for actor, subject in sorted(deeds | found):
            if deeds[actor, subject] != found[actor, subject]:
                done, told = deeds[actor, subject], found[actor, subject]
                yield f"{kind}: {actor} did it {done} times in {subject}, and the journal says {told}"


def _notes(book: Book) -> Iterator[str]:
    found = Counter(token for text in Note.objects.values_list("text", flat=True) for token in _tokens(text))
    for deed in book.done("note"):
        if found[deed.token] != 1:
            yield f"note {deed.token} is there {found[deed.token]} times"


def _fields(book: Book) -> Iterator[str]:
    """No change of a field was made over one that its writer had not seen, and the last one is what stands there."""
    for field, verb in FIELD_VERBS.items():
        deeds = defaultdict(list)
        for deed in book.done("change"):
            if deed.field == field:
                deeds[f"ticket:{deed.ticket}"].append(deed)
        for subject, done in sorted(deeds.items()):
            events = list(Event.objects.filter(subject=subject, verb=verb).order_by("id"))
            yield from _lost(field, subject, done, events)


def _lost(field: str, subject: str, done: Sequence[Deed], events: Sequence[Event]) -> Iterator[str]:
    waiting: dict[str, list[Deed]] = defaultdict(list)
    for deed in done:
        waiting[f"agent:{deed.agent}"].append(deed)
    last = None
    for event in events:
        last = waiting[event.actor].pop(0) if waiting[event.actor] else None
        over = [one for one in events if last and one.actor != event.actor and last.seen < one.id < event.id]
        if last and over and field != "priority":  # a priority may have been set to and fro meanwhile
            yield f"{field} of {subject}: {last.token} was set over a change that its writer had not seen"
    for actor, left in waiting.items():
        for deed in left:
            yield f"{field} of {subject}: {actor} was told that {deed.token} is set, and the journal knows of none"
    now = str(getattr(Ticket.objects.get(pk=int(subject.partition(":")[2])), field))
    if last is not None and now != last.token:
        yield f"{field} of {subject} is {now}, and the last one to change it set {last.token}"


def _bulk(book: Book) -> Iterator[str]:
    """A tag of its own for each change of many: on all of them, or, taken back, on none."""
    back = {deed.key for deed in book.done("bulk_undo")}
    tagged = defaultdict(set)
    for number, tags in Ticket.objects.exclude(tags=[]).values_list("pk", "tags"):
        for tag in tags:
            tagged[tag].add(number)
    for deed in book.done("bulk"):
        items = {item["ticket"] for item in BulkChange.objects.get(pk=deed.key).items}
        if tagged[deed.token] != (set() if deed.key in back else items):
            yield f"change of many {deed.key}: on {sorted(tagged[deed.token])} instead of {sorted(items)}"


def _mails(mails: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Every mail that was taken is one message in one ticket that somebody sees, and one line of the ledger."""
    sees_all = Agent.objects.active().filter(role__sees_all_teams=True).order_by("pk")[0]
    places = Counter(
        Message.objects.filter(direction="in", ticket__in=Ticket.objects.visible_to(sees_all)).values_list(
            "rfc_message_id", flat=True
        )
    )
    lines = Counter(Intake.objects.filter(source="smtp").values_list("result", flat=True))
    for key, _sender in mails:
        if places[key] + places[key.strip("<>")] != 1:
            yield f"mail {key} stands in {places[key] + places[key.strip('<>')]} places"
    if set(lines) - {"created", "appended"} or sum(lines.values()) != len(mails):
        yield f"{len(mails)} mails were taken, and the ledger says {dict(lines)}"


def _whole(log: str) -> Iterator[str]:
    """The journal holds, no reader stopped, and no process said that it failed."""
    verdict = verify()
    if not verdict.ok:
        yield f"the journal does not verify: {verdict.reason} at {verdict.first_bad}"
    for cursor in tail.stopped():
        yield f"the reader {cursor.name} stopped: {cursor.error[:200]}"
    if "Traceback" in log:
        yield f"a process said that it failed: {log[log.index('Traceback') :][:2000]}"


def _actors(book: Book) -> set[str]:
    return {f"agent:{deed.agent}" for deed in book.deeds}


def _tokens(text: str) -> list[str]:
    return sorted({word.strip("().,:@\r\n") for word in text.split() if word.startswith(("kennung", "(kennung"))})


def _words(place: Path) -> str:
    """What a mail that left says, in plain words."""
    mail = message_from_bytes(place.read_bytes())
    plain = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    found = [bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace") for part in plain]
    return "\n".join(line for text in found for line in text.splitlines() if not line.startswith(">"))
