"""`anliegen run`, and its processes one by one."""

import os
import signal
import sys
from typing import Annotated

import typer

from anliegen.config.cli.program import instance, program


@program.command()
def web(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port; default ANLIEGEN_PORT.")] = None,
) -> None:
    """Pages, API and stream, in the foreground. Any number may run, on any number of machines."""
    with instance():
        import uvicorn  # noqa: PLC0415  # slow import
        from django.conf import settings  # noqa: PLC0415  # slow import

        uvicorn.run(
            "anliegen.config.asgi:application",
            host=settings.ANLIEGEN_HOST,
            port=port if port is not None else settings.ANLIEGEN_PORT,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
            lifespan="on",
        )


@program.command()
def work() -> None:
    """Seal the journal, run its readers, read mail, send mail and run jobs, in the foreground."""
    with instance():
        from anliegen.config import work as worker  # noqa: PLC0415  # slow import

        worker.work()


@program.command()
def run(
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty instance with the demo operator.")] = False,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port; default ANLIEGEN_PORT.")] = None,
) -> None:
    """Everything in the foreground: database, migrations, web, worker, mail receiver. Ctrl-C stops it cleanly."""
    # This process becomes the supervisor, so that what the command line imported does not stay in memory.
    arguments = [*(["--demo"] if demo else []), *(["--port", str(port)] if port is not None else [])]
    os.execv(sys.executable, [sys.executable, "-m", "anliegen.config.processes", *arguments])  # noqa: S606


@program.command(hidden=True)
def prepare(demo: Annotated[bool, typer.Option("--demo")] = False) -> None:
    """What `anliegen run` does first: bring the tables up to date, and fill in the demo operator if asked to."""
    with instance():
        from anliegen.config import welcome  # noqa: PLC0415  # slow import

        print(welcome.prepare(demo=demo))


@program.command(name="read-suspects", hidden=True)
def read_suspects() -> None:
    """What a worker has done apart: read mails that a process died of."""
    # Asked to end, it says so by an exception: reading then has returned, and nobody takes it for dead.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    with instance(migrated=False):
        from anliegen.flow.channels.mailroom import apart  # noqa: PLC0415  # slow import

        apart.in_this_process()


@program.command(name="send-suspect", hidden=True)
def send_suspect(delivery: int, attempt: int) -> None:
    """What a worker has done apart: send a mail that a process died of."""
    # What has begun to leave is seen through to its end, which `follow_parent` sets.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with instance(migrated=False):
        from anliegen.flow.channels import outbox  # noqa: PLC0415  # slow import

        outbox.try_in_this_process(delivery, attempt)
