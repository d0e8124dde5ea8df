"""What large mails cost in memory when many come at once."""

import base64
import os
import time
from typing import Any

from anliegen.flow.channels.models import Intake
from anliegen.oversight.measurement.bench.memory import peak_mb
from anliegen.oversight.measurement.bench.receiver import receiver, send
from anliegen.oversight.measurement.bench.workers import one_worker
from anliegen.records.accounts.queries import default_brand

MAILS = 20
SIZE = 10_000_000  # bytes of one mail
PATIENCE_S = 300
HEAD = (
    "From: Kim Berger <kim@bench.example>\r\nTo: {to}\r\nSubject: Unterlagen {number}\r\n"
    "Message-ID: <large.{number}@bench.example>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/plain\r\n\r\nAnbei.\r\n"
    "--q\r\nContent-Type: application/pdf; name=unterlagen.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
)


def measure() -> dict[str, Any]:
    """The most memory that receiver and worker needed, their shared pages counted twice."""
    before = Intake.objects.waiting().count() + _done()
    began = time.perf_counter()
    with one_worker() as worker, receiver() as (pid, port):
        send([_mail(number) for number in range(MAILS)], port, connections=MAILS)
        while _done() < before + MAILS:
            if time.perf_counter() - began > PATIENCE_S:
                raise TimeoutError(f"not every large mail was taken in within {PATIENCE_S} s")
            time.sleep(0.05)
        peaks = [peak_mb(each) for each in (pid, worker)]
    receiving, working = (None if each is None else round(each, 1) for each in peaks)
    return {
        "mails": MAILS,
        "bytes_per_mail": SIZE,
        "seconds": round(time.perf_counter() - began, 1),
        "receiver_peak_mb": receiving,
        "worker_peak_mb": working,
        "peak_mb": None if receiving is None or working is None else round(receiving + working, 1),
    }


def _done() -> int:
    return Intake.objects.exclude(result="received").count()


def _mail(number: int) -> bytes:
    head = HEAD.format(to=default_brand().email, number=number).encode()
    content = base64.encodebytes(os.urandom(SIZE * 57 // 78)).replace(b"\n", b"\r\n")
    return head + content[: SIZE - len(head) - 9] + b"\r\n--q--\r\n"
