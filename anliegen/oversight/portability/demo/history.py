"""A demo ticket lived through again: each turn by the real action, with its own author and time."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from anliegen.flow.automation import triage
from anliegen.flow.channels.accept import accept
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.known import Known
from anliegen.flow.channels.models import Intake
from anliegen.flow.feedback import outcome
from anliegen.ground import files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.oversight.portability.demo import mails, refusal, times, timing
from anliegen.oversight.portability.demo.founding import House
from anliegen.oversight.portability.demo.keeping import Keeping
from anliegen.oversight.portability.demo.shapes import PERSON, DemoOperator, Person, Stray, Ticket, Turn
from anliegen.records.accounts.models import Mailbox
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Address
from anliegen.records.customers.models import Person as Customer
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.actions import Change
from anliegen.records.tickets.actions.change import KEEP
from anliegen.records.tickets.content import Answer, File, Received
from anliegen.records.tickets.models import Message
from anliegen.records.tickets.models import Ticket as Row

UNDO = timedelta(seconds=11)  # how long an answer waits before it goes out


class WentAstray(Exception):
    """A mail of the demo did not find its concern."""


class Past:
    """What has happened so far: customers are met when they first write, tickets grow turn by turn."""

    def __init__(self, demo: DemoOperator, house: House, now: datetime) -> None:
        self._house, self._now = house, now
        self._people = {person.key: person for person in demo.people}
        self._twice = set(demo.delivered_twice)
        self._met: dict[str, Customer] = {}
        self._rows: dict[str, Row] = {}
        self._addresses: dict[tuple[str, str], Address] = {}
        self._sorted: set[str] = set()
        self._begun: set[str] = set()  # tickets that somebody works on
        self._said: dict[str, Message] = {}  # the newest mail of each ticket, for threading
        self.keeping, self._no = Keeping(), refusal.chosen(demo)

    def live(self, ticket: Ticket, turn: Turn) -> None:
        """Do one turn."""
        _DEEDS[turn.kind](self, ticket, turn)

    def judge(self, ticket: Ticket) -> None:
        """The customer answers whether the concern is settled."""
        verdict = ticket.verdict
        if verdict is not None:
            actor = Actor.person(self._met[ticket.person].pk)
            outcome.state(
                self._rows[ticket.key], answer=verdict.answer, words=verdict.words, actor=actor, at=verdict.at
            )

    def deadline(self, ticket: Ticket, turn: Turn, *, is_fulfilled: bool) -> None:
        """Whoever looks at a complaint sets its legal deadline, and says that it was answered."""
        act = times.fulfil_on if is_fulfilled else times.set_on
        act(self._rows[ticket.key], actor=self._actor(turn.by), at=turn.at)

    def stray(self, mail: Stray) -> None:
        """A mail that is no concern arrives."""
        answered = self._said.get(mail.answers)
        content = mails.raw(
            sender=mail.sender,
            to=mail.to,
            subject=mail.subject,
            text=mail.text,
            at=mail.at,
            message_id=_message_id(mail.subject, mail.at, mail.sender[1]),
            references=(answered.rfc_message_id,) if answered is not None else (),
            headers=mail.headers,
        )
        self._take_in(content, "" if mail.answers else mail.sender[1], mail.to, mail.at)

    def _message(self, ticket: Ticket, turn: Turn) -> None:
        person = self._people[ticket.person]
        customer = self._meet(person, turn)
        actor = Actor.person(customer.pk) if turn.by == PERSON else self._actor(turn.by)
        received = self._received(ticket, turn, person, customer)
        mailbox = self._house.mailboxes.get(ticket.mailbox)
        known = self._rows.get(ticket.key)
        threads = known is None or bool(received.references)
        if turn.channel == "email" and threads and self._now - turn.at < mails.LEDGER_REACHES:
            message = self._by_mail(ticket, turn, received, first=known is None)
        elif known is not None:
            message = tickets.receive(received, ticket=known, actor=actor, at=turn.at)
        else:
            brand = self._house.brands[ticket.brand]
            message = tickets.receive(received, brand=brand, mailbox=mailbox, actor=actor, at=turn.at)
        if known is None:
            self._begin(ticket, message, mailbox, turn)
        if turn.channel == "email":
            self._said[ticket.key] = message

    def _begin(self, ticket: Ticket, message: Message, mailbox: Mailbox | None, turn: Turn) -> None:
        self._rows[ticket.key] = message.ticket
        if mailbox is not None:
            triage.make(message.ticket, triage.propose(mailbox), actor=triage.AUTHOR, at=turn.at)

    def _by_mail(self, ticket: Ticket, turn: Turn, received: Received, *, first: bool) -> Message:
        """The way of a real mail: bytes on disk, a line in the ledger, then whatever the mail itself says."""
        content = mails.raw(
            sender=(received.from_name, received.from_address),
            to=received.to[0][1],
            subject=received.subject,
            text=received.text,
            at=turn.at,
            message_id=received.rfc_message_id,
            references=received.references,
            files=turn.files,
        )
        line = self._take_in(content, received.from_address, received.to[0][1], turn.at)
        known = self._rows.get(ticket.key)
        if line.message is None or (known is not None and line.ticket_id != known.pk):
            raise WentAstray(ticket.key)
        if first and ticket.key in self._twice:
            self._take_in(content, received.from_address, received.to[0][1], turn.at + timedelta(minutes=4))
        return line.message

    def _take_in(self, content: bytes, sender: str, to: str, at: datetime) -> Intake:
        line = Intake.objects.create(
            received_at=at,
            source="smtp",
            envelope_from=sender,
            envelope_to=[to],
            sha256=files.put(content),
            size=len(content),
        )
        incoming = parse(content)
        return accept(incoming, line, known=Known.to([incoming], [sender]), at=at)

    def _reply(self, ticket: Ticket, turn: Turn) -> None:
        if ticket.key not in self._sorted:
            self._change(ticket, self._first_look(ticket), turn)
        self._begun.add(ticket.key)
        row = self._rows[ticket.key]
        self.keeping.answered(row, self._actor(turn.by), turn.at)
        answer = Answer(
            text=turn.text,
            channel=turn.channel,
            files=_stored(turn),
            to=self._asked_for(row, ticket, turn),
            promises=self.keeping.promised_in(turn.text, turn.at, self._house.agents[turn.by]),
        )
        if (ticket.key, turn.at) == self._no:
            message = refusal.say_no(row, actor=self._actor(turn.by), at=turn.at, status=turn.status)
        else:
            message = tickets.reply(row, answer, actor=self._actor(turn.by), at=turn.at, status=turn.status)
        if answer.promises:
            self.keeping.note(message)
        if turn.channel != "email":
            tickets.mark_delivered(message, actor=SYSTEM, at=turn.at)
            return
        # Gone out long ago: nothing of the demo's past leaves the house.
        tickets.mark_sent(message, actor=SYSTEM, at=min(turn.at + UNDO, self._now))
        self._said[ticket.key] = message

    def _asked_for(self, row: Row, ticket: Ticket, turn: Turn) -> tuple[tuple[str, str], ...]:
        """Who called, or wrote a letter, said where the answer may go by mail; the agent puts it in."""
        if turn.channel != "email" or tickets.recipients_of(row):
            return ()
        return ((self._people[ticket.person].name, self._people[ticket.person].email),)

    def _note(self, ticket: Ticket, turn: Turn) -> None:
        tickets.write_note(self._rows[ticket.key], text=turn.text, actor=self._actor(turn.by), at=turn.at)
        if turn.status:
            self._begun.add(ticket.key)
            self._change(ticket, Change(status=turn.status), turn)

    def _assign(self, ticket: Ticket, turn: Turn) -> None:
        own = turn.by == turn.to and ticket.key not in self._begun
        wanted = replace(self._first_look(ticket), assignee=self._house.agents[turn.to], status="open" if own else KEEP)
        self._change(ticket, wanted, turn)

    def _move(self, ticket: Ticket, turn: Turn) -> None:
        looked = self._first_look(ticket) if ticket.channel == "phone" else Change()
        self._change(ticket, replace(looked, team=self._house.teams[turn.to]), turn)

    def _status(self, ticket: Ticket, turn: Turn) -> None:
        tickets.change(self._rows[ticket.key], Change(status=turn.status), actor=self._actor(turn.by), at=turn.at)

    def _first_look(self, ticket: Ticket) -> Change:
        """Whoever looks at a concern first says how urgent it is and what it is about."""
        if ticket.key in self._sorted:
            return Change()
        self._sorted.add(ticket.key)
        return Change(priority=ticket.priority, topic=ticket.tags[0], tags=ticket.tags)

    def _change(self, ticket: Ticket, wanted: Change, turn: Turn) -> None:
        tickets.change(self._rows[ticket.key], wanted, actor=self._actor(turn.by), at=turn.at)

    def _actor(self, agent: str) -> Actor:
        return Actor.agent(self._house.agents[agent].pk)

    def _meet(self, person: Person, turn: Turn) -> Customer:
        """The customer behind the turn; what they say of themselves is taken up the first time."""
        known = self._met.get(person.key)
        if known is not None:
            return known
        clerk = SYSTEM if turn.by == PERSON else self._actor(turn.by)
        ways = [("email", person.email), ("phone", person.phone)]
        kind, value = next(way for way in ways if way[1])
        address = customers.meet(kind=kind, value=value, name=person.name, actor=clerk, at=turn.at)
        customer = customers.change(
            address.person,
            given_name=person.given_name,
            family_name=person.family_name,
            title=person.title,
            address_form=person.form,
            language=person.language,
            actor=clerk,
            at=turn.at,
        )
        for kind, value in ways:
            if value:
                self._addresses[person.key, kind] = customers.add_address(
                    customer, kind=kind, value=value, actor=clerk, at=turn.at
                )
        self._met[person.key] = customer
        return customer

    def _received(self, ticket: Ticket, turn: Turn, person: Person, customer: Customer) -> Received:
        kind, value = ("phone", person.phone) if turn.channel == "phone" else ("email", person.email)
        address = self._addresses.get((person.key, kind)) if turn.channel != "letter" else None
        mailbox = self._house.mailboxes.get(ticket.mailbox)
        brand = self._house.brands[ticket.brand]
        before = self._said.get(ticket.key) if turn.channel == "email" else None
        thread = (*before.references, before.rfc_message_id) if before is not None else ()
        return Received(
            channel=turn.channel,
            person_id=customer.pk,
            address=address,
            subject=_subject(ticket, before),
            text=turn.text + (_quoted(before) if before is not None else ""),
            reply_text=turn.text,
            language=ticket.language,
            from_name=person.name,
            from_address=value if address is not None else "",
            to=((brand.name, mailbox.address if mailbox is not None else brand.email),)
            if turn.channel == "email"
            else (),
            rfc_message_id=_message_id(ticket.key, turn.at, value) if turn.channel == "email" else "",
            in_reply_to=thread[-1:],
            references=thread,
            written_at=turn.at,
            files=_stored(turn),
        )


_DEEDS: dict[str, Callable[[Past, Ticket, Turn], None]] = {
    "message": Past._message,
    "reply": Past._reply,
    "call": Past._reply,
    "note": Past._note,
    "assign": Past._assign,
    "move": Past._move,
    "status": Past._status,
}


def _stored(turn: Turn) -> tuple[File, ...]:
    return tuple(File(one.filename, one.content_type, len(one.content), files.put(one.content)) for one in turn.files)


def _subject(ticket: Ticket, before: Message | None) -> str:
    if before is None or before.direction == "in":
        return ticket.subject
    return before.subject if before.subject.startswith("Re:") else f"Re: {before.subject}"


def _quoted(before: Message) -> str:
    """Our mail below the answer, as most mail programs leave it; only where people do not write below it."""
    if before.direction != "out" or before.pk % 3 == 0:
        return ""
    here = before.created_at.astimezone(timing.ZONE)
    lines = "\n".join(f"> {line}".rstrip() for line in before.text.splitlines())
    return f"\n\nAm {here:%d.%m.%Y} um {here:%H:%M} schrieb {before.from_name} <{before.from_address}>:\n{lines}"


def _message_id(what: str, at: datetime, address: str) -> str:
    digest = hashlib.sha256(f"{what} {at.isoformat()}".encode()).hexdigest()[:24]
    return f"{digest}@{address.rpartition('@')[2]}"
