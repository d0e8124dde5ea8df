"""What is being written: kept as it stands, with its files; and taken by the answer that it becomes.

Keeping says nothing to the journal: what becomes of a draft does, when it is shared, sent or discarded.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.customers.actions import fold_address
from anliegen.records.tickets import verbs
from anliegen.records.tickets.addressees import addressees_of
from anliegen.records.tickets.content import Answer, File, Writing, Written
from anliegen.records.tickets.models import Draft, DraftFile, Message, Ticket

UNASKED = {
    "review": "",
    "reviewer": None,
    "reviewer_team": None,
    "remark": "",
    "asked_at": None,
    "reviewed_by": None,
    "reviewed_at": None,
}


class Overwritten(Exception):
    """Another version was kept meanwhile, on another device or by a colleague; `draft` is that one."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft.pk)
        self.draft = draft


class DraftGone(Exception):
    """It was sent or discarded meanwhile."""


class WaitsForApproval(Exception):
    """Somebody was asked to look at it and has not yet; `draft` is it."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft.pk)
        self.draft = draft


def keep(
    ticket: Ticket,
    writing: Writing,
    *,
    kind: str = "reply",
    draft: int | None = None,
    version: int = 0,
    answers: Message | None = None,
    model: str = "",
    proposals: Sequence[int] | None = None,
    actor: Actor,
    at: datetime,
) -> Draft:
    """Keep what stands in the form now. `draft` and `version` are of what its writer saw; none: it is begun.

    `proposals` are the decisions of automation whose words stand in it now; None: those of before.

    An approval holds for the words that were approved: other words need a new one. Raises Overwritten, DraftGone.
    """
    with unit():
        row = _begun(ticket, kind, answers, actor, at) if draft is None else _locked(draft, ticket)
        if row.version and row.writing == writing:
            return row  # perhaps kept before, and the answer got lost on the way
        if row.version != version:
            raise Overwritten(row)
        _write(row, writing)
        row.model = row.model or model
        row.proposals = row.proposals if proposals is None else [*proposals]
        row.version, row.updated_at = row.version + 1, at
        row.edited_by_id = row.edited_by_id if actor.pk == row.agent_id else actor.pk
        if row.review == "approved":
            _put(row, UNASKED)
        row.save()
    return row


def add_file(
    ticket: Ticket, file: File, *, kind: str = "reply", draft: int | None = None, actor: Actor, at: datetime
) -> DraftFile:
    """Let a stored file go along; the first one begins a draft that has no words yet. Raises DraftGone."""
    with unit():
        row = _begun(ticket, kind, None, actor, at) if draft is None else _locked(draft, ticket)
        _has_other_files(row)
        return _attach(row, file)


def take_out(file: DraftFile) -> None:
    """The file does not go along after all."""
    with unit():
        row = Draft.objects.select_for_update(of=("self",)).filter(pk=file.draft_id).first()
        if row is not None and DraftFile.objects.filter(pk=file.pk).delete()[0]:
            _has_other_files(row)


def _has_other_files(row: Draft) -> None:
    """Who approved it has seen other ones: as with other words, these need a new approval."""
    if row.review == "approved":
        _put(row, UNASKED)
        row.save(update_fields=list(UNASKED))


def discard(draft: Draft, *, actor: Actor, at: datetime) -> None:
    """Throw it away. One that nobody had written in yet says nothing."""
    with unit():
        row = Draft.objects.select_for_update().filter(pk=draft.pk).first()
        if row is None:
            return
        is_worth_telling = row.version > 0 or row.attached.exists()
        row.delete()
        if is_worth_telling:
            proposals = [f"decision:{one}" for one in row.proposals] or None
            record(verbs.DRAFT_DISCARDED, draft.ticket, actor=actor, at=at, draft=ref(draft), proposals=proposals)


def clear(draft: Draft, *, version: int) -> None:
    """Its writer took every word out again: there is nothing left to keep. Raises Overwritten, DraftGone."""
    with unit():
        row = _locked(draft.pk, draft.ticket)
        if row.version != version:
            raise Overwritten(row)
        row.delete()


def take(written: Written, ticket: Ticket, *, actor: Actor) -> Draft:
    """The draft becomes the answer of the caller's transaction, and is none any more: so nothing is sent twice.

    Raises DraftGone, WaitsForApproval, and Overwritten when it is not what its writer saw.
    """
    row = _locked(written.draft, ticket)
    if row.review == "asked" and row.agent_id == actor.pk:
        raise WaitsForApproval(row)
    files = row.attached.order_by("pk").values_list("pk", flat=True)
    if row.version != written.version or sorted(files) != sorted(written.files):
        raise Overwritten(row)
    taken = Draft.objects.get(pk=row.pk)
    row.delete()
    return taken


def is_as_approved(draft: Draft, answer: Answer, ticket: Ticket) -> bool:
    """Whether what goes out says the same to the same people as what a colleague has approved."""
    usual = [address for _name, address in addressees_of(ticket).to]
    to = [address for _name, address in answer.to] or usual
    own = answer.said or answer.text
    looks_alike = answer.html.startswith(draft.html) if answer.is_forward else answer.html == draft.html
    return (
        own.strip() == draft.text.strip()
        and looks_alike
        and _folded(to) == _folded(re.split(r"[,;\n]", draft.to) if draft.to.strip() else usual)
        and _folded(address for _name, address in answer.cc) == _folded(re.split(r"[,;\n]", draft.cc))
    )


def _folded(addresses: Iterable[str]) -> set[str]:
    return {fold_address("email", one.strip()) for one in addresses if one.strip()}


def bring_back(message: Message, *, at: datetime) -> None:
    """An answer that was taken back is a draft again, unless its writer has begun another one."""
    usual = {fold_address("email", address) for _name, address in addressees_of(message.ticket).to}
    to = [one["address"] for one in message.to]
    row, is_new = Draft.objects.get_or_create(
        ticket=message.ticket,
        agent=message.agent,
        kind="forward" if message.is_forward else "reply",
        defaults={"created_at": at, "updated_at": at, "version": 1, "model": message.model}
        | {"proposals": message.proposals},
    )
    if not is_new:
        return
    row.text, row.html = message.said, message.html
    row.to = "" if {fold_address("email", one) for one in to} == usual else ", ".join(to)
    row.cc = ", ".join(one["address"] for one in message.cc)
    row.later = message.send_at.isoformat() if message.send_at and message.send_at > at else ""
    row.status = message.status_after or message.ticket.status
    row.save()
    for file in message.attachments.order_by("pk"):
        _attach(row, File(file.filename, file.content_type, file.size, file.sha256))


def move(source: Ticket, goal: Ticket) -> None:
    """What was being written below a ticket that is carried on elsewhere is written on there.

    Who writes below both finds the words of the one below those of the other.
    """
    there = {(one.agent_id, one.kind): one for one in Draft.objects.select_for_update().filter(ticket=goal)}
    for draft in Draft.objects.select_for_update().filter(ticket=source).order_by("pk"):
        other = there.get((draft.agent_id, draft.kind))
        if other is None:
            begun_in = draft.came_to_id or source.pk
            Draft.objects.filter(pk=draft.pk).update(ticket=goal, came_to=begun_in, answers=None)
            continue
        other.text = f"{other.text.rstrip()}\n\n{draft.text}"
        other.html = f"{other.html}{draft.html}" if other.html and draft.html else ""
        other.proposals = [*dict.fromkeys([*other.proposals, *draft.proposals])]
        other.version += 1
        if other.review == "approved":  # for the words of before
            _put(other, UNASKED)
        other.save()
        DraftFile.objects.filter(draft=draft).update(draft=other)
        draft.delete()


def move_back(holder: Ticket, ticket: Ticket, begun_in: Sequence[int]) -> None:
    """What had come along returns as it is now. Words that were put below others stay with them."""
    there = set(Draft.objects.filter(ticket=ticket).values_list("agent_id", "kind"))
    for draft in Draft.objects.select_for_update().filter(ticket=holder, came_to__in=begun_in).order_by("pk"):
        if (draft.agent_id, draft.kind) in there:
            continue
        came_to = None if draft.came_to_id == ticket.pk else draft.came_to_id
        Draft.objects.filter(pk=draft.pk).update(ticket=ticket, came_to=came_to, answers=None)


def _begun(ticket: Ticket, kind: str, answers: Message | None, actor: Actor, at: datetime) -> Draft:
    begun = {"created_at": at, "updated_at": at, "answers": answers}
    mine = Draft.objects.select_for_update()
    row, _is_new = mine.get_or_create(ticket=ticket, agent_id=actor.pk or 0, kind=kind, defaults=begun)
    return row


def _locked(pk: int, ticket: Ticket) -> Draft:
    row = Draft.objects.select_for_update(of=("self",)).select_related("ticket").filter(pk=pk, ticket=ticket).first()
    if row is None:
        raise DraftGone
    return row


def _write(row: Draft, writing: Writing) -> None:
    row.text, row.html, row.to, row.cc = writing.text, writing.html, writing.to, writing.cc
    row.later, row.status = writing.later, writing.status
    row.passes_on, row.encloses = list(writing.passes_on), list(writing.encloses)


def _put(row: Draft, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _attach(row: Draft, file: File) -> DraftFile:
    return DraftFile.objects.create(
        draft=row,
        filename=file.filename[:255],
        content_type=file.content_type[:127],
        size=file.size,
        sha256=file.sha256,
    )
