"""The house in which the day happens: teams, agents and tickets, and the product as `anliegen run` starts it."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import STDOUT, Popen

from anliegen.flow.channels.models import Guard
from anliegen.ground import clock
from anliegen.ground.egress import local
from anliegen.ground.journal.actors import SYSTEM
from anliegen.oversight.measurement import words
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Operator, Role, Team

PATIENCE_S = 120
TEAMS = 4
PASSWORD = "richtig-langes-wort"  # noqa: S105  # of made-up people in an instance that is gone afterwards
PLENTY = 30_000


@dataclass(frozen=True)
class House:
    """Where the product listens, and what it said."""

    port: int
    smtp_port: int
    log: Path

    def said(self) -> str:
        return self.log.read_text(errors="replace")


def cast(agents: int) -> list[Agent]:
    """So many agents, each of two of four teams. Mails of a whole day in minutes are nobody's attack, so the brakes are
    off, and an answer leaves soon, so that the day ends soon after it."""
    now = clock.now()
    while (number := Team.objects.count()) < TEAMS:
        accounts.create(Team, name=f"Team {number + 1}", slug=f"team-{number + 1}", actor=SYSTEM, at=now)
    teams, role = list(Team.objects.order_by("pk")), Role.objects.get(slug="service")
    Operator.objects.update(sends_per_minute=PLENTY, undo_seconds=5)
    Guard.objects.update_or_create(
        pk=1, defaults={"most_per_address": PLENTY, "most_per_ticket": PLENTY, "most_answers": PLENTY}
    )
    return [_agent(number, role, teams) for number in range(agents)]


def _agent(number: int, role: Role, teams: list[Team]) -> Agent:
    given, family = words.GIVEN.split(), words.FAMILY.split()
    return accounts.create_agent(
        email=f"agent{number}@bench.example",
        name=f"{given[number % len(given)]} {family[(number * 7) % len(family)]} {number}",
        role=role,
        teams=[teams[number % TEAMS], teams[(number + 1) % TEAMS]],
        password=PASSWORD,
        actor=SYSTEM,
        at=clock.now(),
    )


@contextmanager
def running() -> Iterator[House]:
    """`anliegen run` on this instance's data directory, on ports of its own; ended as Ctrl-C would."""
    with tempfile.TemporaryDirectory(prefix="anliegen-day-") as folder:
        port, smtp_port = local.free_port("127.0.0.1"), local.free_port("127.0.0.1")
        house = House(port, smtp_port, Path(folder) / "log")
        place = {"ANLIEGEN_HOST": "127.0.0.1", "ANLIEGEN_SMTP_PORT": str(smtp_port)}
        place["ANLIEGEN_BASE_URL"] = f"http://127.0.0.1:{port}"
        with house.log.open("wb") as log:
            process = Popen(
                [sys.executable, "-m", "anliegen", "run", "--port", str(port)],
                env=os.environ | place, stdout=log, stderr=STDOUT,
            )  # fmt: skip
            try:
                _wait(house, process)
                yield house
            finally:
                process.terminate()
                process.wait(timeout=60)


def _wait(house: House, process: "Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE_S
    while local.status("127.0.0.1", house.port, "/healthz", timeout=1) != 200 or local.is_free(
        "127.0.0.1", house.smtp_port
    ):
        if time.monotonic() > until or process.poll() is not None:
            raise RuntimeError(f"the product did not start:\n{house.said()}")
        time.sleep(0.2)
