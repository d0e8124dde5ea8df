"""The intake ledger: who may see which line, and whether everything that came in is accounted for."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from django.db.models import Count, Max, Min, Q, QuerySet

from anliegen.flow.automation.models import Learnt
from anliegen.flow.channels.mailroom.compare import WANTED
from anliegen.flow.channels.models import RESULTS, WITH_MESSAGE, Intake, Source
from anliegen.ground import files
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Attachment, DraftFile, Ticket

LINES = 2000  # rows read at once while their files are looked at
SAMPLE = 60
QUICKLY_COUNTED = 50_000  # lines
MOST_NAMED = 20

# Whose rows name files of the store; a test compares it with all models.
NAME_FILES = (Intake, Attachment, DraftFile, Learnt)
Row = tuple[int, str, int]  # what it is shown by, the file's hash, and how many bytes it should have

HEAVY = ("text", "reply_text", "html", "references", "in_reply_to", "to", "cc")


def lines_for(agent: Agent) -> "QuerySet[Intake]":
    """The lines this agent may see: those of concerns they may see, and those that belong to no team yet."""
    if agent.role.sees_all_teams:
        return Intake.objects.all()
    without_concern = Q(ticket=None) & (Q(mailbox=None) | Q(mailbox__team=None) | Q(mailbox__team__in=agent.team_ids()))
    return Intake.objects.filter(Q(ticket__in=Ticket.objects.visible_to(agent)) | without_concern)


def listed(lines: "QuerySet[Intake]") -> "QuerySet[Intake]":
    """With what a row of the list shows, and without the words of the messages."""
    return lines.select_related("mailbox", "ticket", "message", "rule__created_by").defer(
        *(f"message__{name}" for name in HEAVY)
    )


def counts(lines: "QuerySet[Intake]") -> dict[str, int]:
    """How many lines ended in each outcome, in the order of the ledger's outcomes."""
    found = dict(lines.order_by().values_list("result").annotate(Count("pk")))
    return {code: found.get(code, 0) for code, _name in RESULTS}


@dataclass(frozen=True)
class Balance:
    """In and out: how many lines there are, and how many ended in each outcome or wait."""

    received: int
    outcomes: dict[str, int]


def balance() -> Balance:
    """Over the whole ledger, in one statement. Counting takes as long as the ledger is."""
    outcomes = counts(Intake.objects.all())
    return Balance(sum(outcomes.values()), outcomes)


def differences() -> list[tuple[Source, int]]:
    """The mailboxes elsewhere that hold mails which are not in the ledger, and how many each."""
    counted = Source.objects.filter(unfetched__state__in=WANTED).annotate(differs=Count("unfetched"))
    listed = counted.select_related("mailbox").order_by("pk")
    return [(source, source.differs) for source in listed]  # type: ignore[attr-defined]  # annotated


def is_long() -> bool:
    """Whether counting would keep a page waiting."""
    newest = Intake.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest is not None and newest > QUICKLY_COUNTED


@dataclass
class Files:
    """Whether the bytes that rows name are there. `missing` and `damaged` hold the first lines' numbers.

    `adrift` counts lines that say "new" or "added" and whose message is no longer there. Only a full check counts
    these, reads every byte, and looks at attachments: `attachments` are their files, `bad_attachments` how many of
    them, and of `bad`, are missing or damaged, and `concerns` the first concerns with one of these.
    """

    lines: int = 0
    attachments: int = 0
    bad: int = 0
    bad_attachments: int = 0
    models: int = 0  # what was learnt
    bad_models: int = 0
    adrift: int = 0
    missing: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    concerns: list[int] = field(default_factory=list)
    is_complete: bool = True

    @property
    def all_there(self) -> bool:
        return not self.bad

    @property
    def checked(self) -> int:
        return self.lines + self.attachments + self.models


Look = tuple[Callable[[Files, Row], None], Row]


def sample_files() -> Files:
    """The newest lines and as many spread over all the others, by their size: quick enough for every look at the page.

    A changed byte in a file of the same size shows only in a full check.
    """
    newest = list(Intake.objects.order_by("-pk").values_list("pk", flat=True)[:SAMPLE])
    if not newest:
        return Files()
    step = max(newest[-1] // SAMPLE, 1)
    wanted = {*newest, *range(newest[-1], 0, -step)}
    found = Files()
    for pk, sha256, size in Intake.objects.filter(pk__in=wanted).values_list("pk", "sha256", "size"):
        found.lines += 1
        _note(found, pk, _trouble(sha256, size, reads=False))
    return found


def check_files(*, seconds: float | None = None) -> Files:
    """Read every file that a row names: is it what was stored? After `seconds` it stops, incomplete."""
    found = Files(adrift=Intake.objects.filter(result__in=WITH_MESSAGE, message=None).count())
    until = None if seconds is None else time.monotonic() + seconds
    attached = (_attached(Attachment, "message__ticket"), _attached(DraftFile, "draft__ticket"))
    for look, row in chain(_lines(), *attached, _models()):
        if until is not None and time.monotonic() > until:
            found.is_complete = False
            break
        look(found, row)
    return found


def _lines() -> Iterator[Look]:
    after = 0
    while lines := list(Intake.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "sha256", "size")[:LINES]):
        yield from ((_look_at_line, line) for line in lines)
        after = lines[-1][0]


def _attached(model: type[Attachment | DraftFile], concern: str) -> Iterator[Look]:
    """Each file once, however many messages or drafts carry it, with the first concern that has it."""
    after = ""
    by_file = model._default_manager.values_list("sha256").order_by("sha256")
    while rows := list(by_file.filter(sha256__gt=after).annotate(Min(concern), Max("size"))[:LINES]):
        yield from ((_look_at_attachment, (ticket, sha256, size)) for sha256, ticket, size in rows)
        after = rows[-1][0]


def _models() -> Iterator[Look]:
    for row in Learnt.objects.order_by("pk").values_list("pk", "sha256", "size"):
        yield _look_at_model, row


def _look_at_model(found: Files, row: Row) -> None:
    _pk, sha256, size = row
    found.models += 1
    if _trouble(sha256, size, reads=True):
        found.bad += 1
        found.bad_models += 1


def _look_at_line(found: Files, row: Row) -> None:
    pk, sha256, size = row
    found.lines += 1
    _note(found, pk, _trouble(sha256, size, reads=True))


def _look_at_attachment(found: Files, row: Row) -> None:
    ticket, sha256, size = row
    found.attachments += 1
    if _trouble(sha256, size, reads=True):
        found.bad += 1
        found.bad_attachments += 1
        if ticket not in found.concerns and len(found.concerns) < MOST_NAMED:
            found.concerns.append(ticket)


def _trouble(sha256: str, size: int, *, reads: bool) -> str:
    """`missing`, `damaged`, or empty for a file that is there as it was stored."""
    try:
        if files.size(sha256) == size and (not reads or files.is_whole(sha256)):
            return ""
    except files.FileMissing:
        return "missing"
    return "damaged"


def _note(found: Files, pk: int, trouble: str) -> None:
    if not trouble:
        return
    found.bad += 1
    named = found.missing if trouble == "missing" else found.damaged
    if len(named) < MOST_NAMED:
        named.append(pk)
