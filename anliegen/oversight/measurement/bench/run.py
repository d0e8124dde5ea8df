"""One measurement by its name."""

import json
from collections.abc import Callable

from anliegen.ground import clock
from anliegen.oversight.measurement.bench import intake, pages, search, stream
from anliegen.oversight.measurement.bench.report import Report
from anliegen.records.accounts import founding
from anliegen.records.accounts.models import Operator


def measure(kind: str, *, tickets: int, progress: Callable[[str], None]) -> Report:
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
    raise ValueError(kind)


def in_words(report: Report) -> str:
    """Figures and limit, one below the other."""
    lines = [f"{report.name}: ratio to the limit {report.ratio}"]
    lines += [f"  {name}: {json.dumps(value)}" for name, value in report.figures.items()]
    lines += [f"  limit {name}: {json.dumps(value)}" for name, value in report.limit.items()]
    return "\n".join([*lines, f"  machine: {json.dumps(report.machine)}"])
