"""The intake ledger: who may see which line, and whether everything that came in is accounted for."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from anliegen.flow.channels.mailroom.compare import WANTED
from anliegen.flow.channels.models import RESULTS, WITH_MESSAGE, Intake, Source
from anliegen.ground import files
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Ticket

LINES = 2000  # read at once while their files are looked at
SAMPLE = 60
QUICKLY_COUNTED = 50_000  # lines
MOST_NAMED = 20

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
    """Whether the bytes that the ledger names are there. `missing` and `damaged` hold the first lines' numbers.

    `adrift` counts lines that say "new" or "added" and whose message is no longer there; only a full check counts them.
    """

    lines: int = 0
    bad: int = 0
    adrift: int = 0
    missing: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    is_complete: bool = True

    @property
    def all_there(self) -> bool:
        return not self.bad


def sample_files() -> Files:
    """The newest lines and as many spread over all the others: quick enough for every look at the page."""
    newest = list(Intake.objects.order_by("-pk").values_list("pk", flat=True)[:SAMPLE])
    if not newest:
        return Files()
    step = max(newest[-1] // SAMPLE, 1)
    wanted = {*newest, *range(newest[-1], 0, -step)}
    return _look(Intake.objects.filter(pk__in=wanted).values_list("pk", "sha256", "size"), Files())


def check_files(*, seconds: float | None = None) -> Files:
    """Every line's file: is it there, with as many bytes as were taken in? After `seconds` it stops, incomplete."""
    adrift = Intake.objects.filter(result__in=WITH_MESSAGE, message=None).count()
    began, found, after = time.monotonic(), Files(adrift=adrift), 0
    while True:
        lines = list(Intake.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "sha256", "size")[:LINES])
        if not lines:
            return found
        if seconds is not None and time.monotonic() - began > seconds:
            found.is_complete = False
            return found
        _look(lines, found)
        after = lines[-1][0]


def _look(lines: Iterable[tuple[int, str, int]], found: Files) -> Files:
    for pk, sha256, size in lines:
        found.lines += 1
        try:
            if files.size(sha256) == size:
                continue
            named = found.damaged
        except files.FileMissing:
            named = found.missing
        found.bad += 1
        if len(named) < MOST_NAMED:
            named.append(pk)
    return found
