"""One measurement by its name."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from anliegen.ground import clock
from anliegen.oversight.measurement.bench import day, intake, pages, search, stream, triage
from anliegen.oversight.measurement.bench.report import Report
from anliegen.records.accounts import founding
from anliegen.records.accounts.models import Operator


@dataclass(frozen=True)
class Day:
    """How large a day's work is."""

    agents: int = 20
    minutes: float = 5.0
    seed: int = 1
    pause_s: float = day.PAUSE_S


def measure(kind: str, *, tickets: int, size: Day, progress: Callable[[str], None]) -> Report:
    """Set up the empty instance and measure."""
    if not Operator.objects.exists():
        founding.found(organisation="Messung", admin_email="bench@bench.example", password="x" * 20, at=clock.now())
    match kind:
        case "intake":
            return intake.measure()
        case "pages":
            return pages.measure(tickets, progress)
        case "search":
            return search.measure(tickets, progress)
        case "stream":
            return stream.measure()
        case "triage":
            return triage.measure()
        case "day":
            return day.measure(
                people=size.agents, tickets=tickets, minutes=size.minutes, seed=size.seed, pause_s=size.pause_s,
                progress=progress,
            )  # fmt: skip
    raise ValueError(kind)


def in_words(report: Report) -> str:
    """Figures and limit, one below the other."""
    lines = [f"{report.name}: ratio to the limit {report.ratio}"]
    lines += [f"  {name}: {json.dumps(value)}" for name, value in report.figures.items()]
    lines += [f"  limit {name}: {json.dumps(value)}" for name, value in report.limit.items()]
    lines += [f"  failed: {each}" for each in report.failures]
    return "\n".join([*lines, f"  machine: {json.dumps(report.machine)}"])
