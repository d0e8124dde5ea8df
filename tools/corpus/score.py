"""The score card: how the public mails are understood, and where each of them ended."""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.html import readable, tree
from anliegen.flow.channels.email.parse import parse
from anliegen.flow.channels.email.quotes.split import split
from anliegen.flow.channels.incoming import Incoming
from anliegen.oversight.measurement.bench.memory import peak_mb
from tools.corpus import data

BOUNCES_WANTED, QUOTES_WANTED = 113, 95
SLOWEST_S, PEAK_MB = 5.0, 500.0
_MAILBOX_NUMBER = re.compile(r":\d+$")  # an mbox gives its mails one by one
_PLACES = frozenset({"created", "appended", "duplicate", "automatic", "bounce", "quarantined", "rejected"})


@dataclass
class Card:
    """What the run showed. Seconds of CPU, megabytes of memory of the whole process."""

    mails: int = 0
    accounted_for: int = 0
    exceptions: int = 0
    results: dict[str, int] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)
    automatic: dict[str, int] = field(default_factory=dict)
    bounces: int = 0
    bounces_of: int = 0
    bounces_wrong: list[str] = field(default_factory=list)
    quotes: int = 0
    quotes_of: int = 0
    slowest_mail: str = ""
    slowest_s: float = 0.0
    peak_mb: float = 0.0
    missed: list[str] = field(default_factory=list)

    def is_good(self) -> bool:
        return not self.missed


def card(place: Path) -> Card:
    """Understand every mail, take every mail in, and measure the two sets whose answers are known."""
    made = Card()
    mails = {str(file.relative_to(place)): file.read_bytes() for file in data.mails(place)}
    made.mails = len(mails)
    _understand(made, mails)
    _bounces(made, place)
    _quotes(made, place)
    _take_in(made, list(mails), place)
    made.peak_mb = round(max(peak_mb() or 0.0, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024), 1)
    made.missed = list(_missed(made))
    return made


def _understand(made: Card, mails: dict[str, bytes]) -> None:
    fields: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for name, raw in mails.items():
        began = time.process_time()
        incoming = parse(raw)
        taken = time.process_time() - began
        if taken > made.slowest_s:
            made.slowest_s, made.slowest_mail = round(taken, 3), name
        made.exceptions += any(defect.startswith("not understood") for defect in incoming.defects)
        fields.update(_understood(incoming))
        kinds[incoming.automatic or "a person's"] += 1
    made.fields, made.automatic = dict(fields.most_common()), dict(kinds.most_common())


def _understood(incoming: Incoming) -> list[str]:
    """The fields that are there, each of which most mails have."""
    there = {
        "sender": incoming.sender is not None and "@" in incoming.sender.address,
        "recipients": bool(incoming.recipients),
        "subject": bool(incoming.subject),
        "date": incoming.sent_at is not None,
        "message_id": incoming.message_id is not None,
        "text": bool(incoming.text.strip()),
        "language": incoming.language is not None,
        "html": incoming.html is not None,
        "attachments": bool(incoming.attachments),
        "no defects": not incoming.defects,
    }
    return [name for name, is_there in there.items() if is_there]


def _bounces(made: Card, place: Path) -> None:
    answers = place / "raw" / "flufl-bounce" / "expected.jsonl"
    rows = [json.loads(line) for line in answers.read_text("utf-8").splitlines()] if answers.exists() else []
    for row in rows:
        bounce = parse((answers.parent / Path(row["file"]).name).read_bytes()).bounce
        found = {(one.action, one.address.lower()) for one in bounce.recipients} if bounce else set()
        wanted = {("failed", one.lower()) for one in row["permanent"]}
        wanted |= {("delayed", one.lower()) for one in row["temporary"]}
        if found != wanted:
            made.bounces_wrong.append(Path(row["file"]).name)
    made.bounces_of, made.bounces = len(rows), len(rows) - len(made.bounces_wrong)


def _quotes(made: Card, place: Path) -> None:
    """Its answers keep the signature, so ours is put back before comparing; HTML is compared as text."""
    answers = place / "quotes" / "unquotemail.jsonl"
    rows = [json.loads(line) for line in answers.read_text("utf-8").splitlines()] if answers.exists() else []
    for row in rows:
        mail, wanted = (_text(row["email"]), _text(row["reply"])) if row["html"] else (row["email"], row["reply"])
        said = split(mail)
        made.quotes += _flat(wanted) in (_flat(said.reply_text), _flat(f"{said.reply_text}\n{said.signature}"))
    made.quotes_of = len(rows)


def _text(markup: str) -> str:
    return readable.text_of(tree.parse(markup, Defects()))


def _flat(words: str) -> str:
    return " ".join(words.split())


def _take_in(made: Card, names: list[str], place: Path) -> None:
    """As an operator would: `anliegen intake` of all files, in an instance of its own, one line for each mail."""
    ledger: Counter[str] = Counter()
    seen: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="anliegen-corpus-") as home:
        _anliegen(home, "setup", "--organisation", "Stadtwerke Lindenau", "--admin", "admin@lindenau.example")
        taking = _anliegen(home, "intake", "--json", *(str(place / name) for name in names))
        for line in taking.stdout.splitlines():
            told = json.loads(line)
            # What is no mail at all, such as a program's own format, is rightly set aside.
            ledger["no mail" if told["reason"] == "not-a-mail" else told["result"]] += 1
            if told["result"] in _PLACES:
                seen.add(_MAILBOX_NUMBER.sub("", told["source"]))
    made.results = dict(ledger.most_common())
    made.accounted_for = len({name for name in names if str(place / name) in seen})
    made.exceptions += taking.stderr.count("Traceback") + ledger["quarantined"]


def _anliegen(home: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Nothing of the operator's own instance is touched: the environment names the temporary one alone."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("ANLIEGEN_", "DATABASE_URL"))
    }
    return subprocess.run(
        [sys.executable, "-m", "anliegen", *words],
        env=environment | {"ANLIEGEN_DATA": home},
        capture_output=True,
        text=True,
        check=False,
    )


def _missed(made: Card) -> Iterator[str]:
    if made.accounted_for < made.mails:
        yield f"{made.mails - made.accounted_for} mails have no place in the ledger"
    if made.exceptions:
        yield f"{made.exceptions} unhandled exceptions or mails set aside"
    if made.bounces_of and made.bounces < BOUNCES_WANTED:
        yield f"bounces: {made.bounces}, wanted {BOUNCES_WANTED} of {made.bounces_of}"
    if made.quotes_of and made.quotes < QUOTES_WANTED:
        yield f"quotes: {made.quotes}, wanted {QUOTES_WANTED} of {made.quotes_of}"
    if made.slowest_s > SLOWEST_S:
        yield f"{made.slowest_mail} takes {made.slowest_s} s, allowed are {SLOWEST_S}"
    if made.peak_mb > PEAK_MB:
        yield f"{made.peak_mb} MB of memory, allowed are {PEAK_MB}"


def told(made: Card) -> str:
    """The card for people."""
    lines = [
        f"mails            {made.mails}, {made.accounted_for} accounted for, {made.exceptions} exceptions",
        f"ended as         {_counts(made.results)}",
        f"understood       {_counts(made.fields)}",
        f"automatic        {_counts(made.automatic)}",
        f"bounces          {made.bounces} of {made.bounces_of}"
        + (f", not {', '.join(made.bounces_wrong)}" if made.bounces_wrong else ""),
        f"quotes           {made.quotes} of {made.quotes_of}",
        f"slowest mail     {made.slowest_s} s of CPU ({made.slowest_mail})",
        f"peak memory      {made.peak_mb} MB",
        *(f"MISSED           {one}" for one in made.missed),
    ]
    return "\n".join(lines)


def _counts(counted: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counted.items())
