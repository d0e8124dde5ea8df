"""The `anliegen` command. Exit 0: done; 1: refused or failed, the reason on standard error; 2: wrong usage."""

from anliegen.config.cli import mails, measure, moves, operate, run, triage
from anliegen.config.cli.program import program

__all__ = ["mails", "main", "measure", "moves", "operate", "run", "triage"]


def main() -> None:
    """The entry point."""
    program(prog_name="anliegen")
