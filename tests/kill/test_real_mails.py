"""Real mails, and a thousand composed ones: each ends in the ledger, and sending all again adds nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from tests import needs
from tools.corpus import data

from .accounts import settle
from .instance import Instance
from .sender import Mail, Sender, composed

RAW = data.folder() / "raw"
COMPOSED = 1000


def real() -> list[Mail]:
    return [Mail(f"echt-{number}@example.org", file.read_bytes()) for number, file in enumerate(data.mails())]


def ledger(instance: Instance, after: int) -> Counter[str]:
    question = "SELECT result, count(*) FROM channels_intake WHERE id > %s GROUP BY result"
    return Counter(dict(instance.ask(question, after)))


def last(instance: Instance) -> int:
    return int(instance.one("SELECT coalesce(max(id), 0) FROM channels_intake"))


def sent_and_settled(instance: Instance, mails: list[Mail], seconds: float) -> float:
    """All of them accepted and brought to their place; how long it took."""
    began = time.monotonic()
    Sender(instance.smtp_port, mails, patience=seconds).start().wait()
    settle(instance, seconds)
    return time.monotonic() - began


@needs.public(RAW)
def test_real_and_composed_mails_all_end_in_the_ledger_and_once_more_only_as_duplicates(
    instance: Instance, record_property: Callable[[str, object], None]
) -> None:
    mails = real() + [composed(number, "real") for number in range(COMPOSED)]
    assert len(mails) > COMPOSED + 600
    receiver, worker, begin = instance.receiver(), instance.worker(), len(instance.said())
    before = last(instance)
    took = sent_and_settled(instance, mails, 300)
    first = ledger(instance, before)
    figures = f"{len(mails)} mails in {took:.0f} s: {dict(first)}"

    before = last(instance)
    took = sent_and_settled(instance, mails, 300)
    second = ledger(instance, before)
    figures += f"; again in {took:.0f} s: {dict(second)}"
    print(figures)
    record_property("figures", figures)

    assert first.total() == second.total() == len(mails)
    assert set(first) <= {"created", "appended", "duplicate", "automatic", "bounce", "rejected"}, first
    assert second == Counter(duplicate=len(mails))
    assert "Traceback" not in instance.said()[begin:]
    assert (instance.receiver(), instance.worker(), instance.is_well()) == (receiver, worker, True)
    question = "SELECT count(*) FROM tickets_ticket WHERE subject LIKE 'Abschlag real %'"
    assert instance.one(question) == COMPOSED
    assert instance.anliegen("journal", "verify")["ok"]
