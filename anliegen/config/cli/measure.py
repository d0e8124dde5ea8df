"""`anliegen seed` and `anliegen bench`."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from anliegen.config.cli.program import AsJson, instance, note, program, refuse, say

KINDS = ("intake", "pages", "search", "stream", "triage", "day")
TICKETS = {"day": 2000}  # else 100,000


@program.command()
def seed(
    tickets: Annotated[int, typer.Option(help="How many tickets.", min=1)],
    messages: Annotated[int | None, typer.Option(help="How many messages in all; default three a ticket.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same words.")] = 1,
    as_json: bool = AsJson,
) -> None:
    """Made-up load for measuring; refuses an instance with real tickets."""
    with instance():
        from anliegen.oversight.measurement import seed as seeding  # noqa: PLC0415  # slow import

        try:
            made = seeding.seed(
                tickets=tickets, messages=messages, seed=seed, progress=lambda done: note(f"{done}/{tickets} tickets")
            )
        except seeding.NotForSeeding as error:
            refuse(f"Nothing was seeded: {error}.")
        answer = {"tickets": made.tickets, "messages": made.messages, "events": made.events}
        say(answer, as_json=as_json, words=f"{made.tickets} tickets, {made.messages} messages, {made.events} events")


@program.command()
def bench(
    kind: Annotated[
        str | None, typer.Argument(help="intake, pages, search, stream, triage or day; all but the day when left out.")
    ] = None,
    tickets: Annotated[
        int | None, typer.Option(help="How many tickets: 100,000 for pages and search, 2,000 for the day.", min=10)
    ] = None,
    agents: Annotated[int, typer.Option(help="For the day: how many agents.", min=2, max=200)] = 20,
    minutes: Annotated[float, typer.Option(help="For the day: how long it is.", min=0.05, max=600)] = 5.0,
    seed: Annotated[int, typer.Option(help="For the day: the same seed gives the same people and words.")] = 1,
    pause: Annotated[
        float, typer.Option(help="For the day: seconds between two requests of an agent.", min=0.05)
    ] = 3.0,
    as_json: bool = AsJson,
) -> None:
    """The project's own measurements, in an instance of their own; each beside a limit measured in the same run.

    The day also says what must not be, such as an answer that left twice, and then fails.
    """
    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"{kind} is none of {', '.join(KINDS)}")
    failed = False
    for each in [kind] if kind else KINDS[:-1]:
        with _scratch(), instance():
            from anliegen.oversight.measurement.bench import run  # noqa: PLC0415  # slow import

            size = run.Day(agents=agents, minutes=minutes, seed=seed, pause_s=pause)
            report = run.measure(each, tickets=tickets or TICKETS.get(each, 100_000), size=size, progress=note)
            say(report.as_dict(), as_json=as_json, words=run.in_words(report))
            failed = failed or bool(report.failures)
    if failed:
        raise typer.Exit(1)


@contextmanager
def _scratch() -> Iterator[None]:
    """An empty instance in a temporary folder, gone afterwards: what is measured is never the operator's data."""
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
        note("Measured on the embedded server: an operator's own database is left alone.")
    kept = {name: os.environ.pop(name, None) for name in ("ANLIEGEN_DATA", "DATABASE_URL", "DATABASE_URL_FILE")}
    folder = tempfile.mkdtemp(prefix="anliegen-bench-")
    os.environ["ANLIEGEN_DATA"] = folder
    try:
        yield
    finally:
        os.environ.update({name: value for name, value in kept.items() if value is not None})
        shutil.rmtree(folder, ignore_errors=True)
