"""Setting up, demo, tokens, the journal, and the doctor."""

from pathlib import Path
from typing import Annotated

import typer

from anliegen.config.cli.program import AsJson, in_english, instance, note, program, refuse, say

token = typer.Typer(no_args_is_help=True, help="API tokens.")
journal = typer.Typer(no_args_is_help=True, help="The journal.")
program.add_typer(token, name="token")
program.add_typer(journal, name="journal")


@program.command()
def setup(
    organisation: Annotated[str, typer.Option(help="Name of the organisation.")],
    admin: Annotated[str, typer.Option(help="E-mail address of the first administrator.")],
    password_file: Annotated[Path | None, typer.Option(help="A file that holds the password.")] = None,
    phone: Annotated[str, typer.Option(help="Phone number for customers.")] = "",
    state: Annotated[str, typer.Option(help="Federal state for holidays, such as SN.")] = "",
    as_json: bool = AsJson,
) -> None:
    """A new instance without questions."""
    with instance():
        from django.conf import settings  # noqa: PLC0415  # slow import
        from django.core.exceptions import ValidationError  # noqa: PLC0415  # slow import

        from anliegen.ground import clock  # noqa: PLC0415  # slow import
        from anliegen.ground.journal.actors import SYSTEM  # noqa: PLC0415  # slow import
        from anliegen.records.accounts import founding  # noqa: PLC0415  # slow import
        from anliegen.records.accounts.actions import AlreadySetUp  # noqa: PLC0415  # slow import
        from anliegen.records.tickets.actions.deadlines import ship_kinds  # noqa: PLC0415  # slow import

        try:
            password = password_file.read_text(encoding="utf-8").strip() if password_file else None
            with in_english():
                made = founding.found(
                    organisation=organisation,
                    admin_email=admin,
                    password=password,
                    phone=phone,
                    state=state,
                    at=clock.now(),
                )
                ship_kinds(actor=SYSTEM, at=clock.now())
        except AlreadySetUp:
            refuse("This instance is set up already; nothing was changed.")
        except founding.WeakPassword as error:
            refuse(f"{password_file}: {error} Nothing was changed.")
        except ValidationError:
            refuse(f"{admin} is no e-mail address, such as name@example.org. Nothing was changed.")
        except founding.UnknownState:
            refuse(f"{state} is no code of a federal state, such as SN. Nothing was changed.")
        except UnicodeDecodeError:
            refuse(f"{password_file}: This is no text in UTF-8. Nothing was changed.")
        except founding.NotANumber:
            refuse(f"{phone} is no telephone number, such as 115 or 030 23125-100. Nothing was changed.")
        except OSError as error:
            refuse(f"{password_file}: {error.strerror}. Nothing was changed.")
        link = f"{settings.ANLIEGEN_BASE_URL}/workspace/invitation/{made.secret}/" if made.secret else None
        words = f"{organisation} is set up. Log in as {admin} at {settings.ANLIEGEN_BASE_URL}/workspace/"
        if link:
            words += f"\nSet your password here (valid for three days): {link}"
        say({"organisation": organisation, "admin": admin, "invitation": link}, as_json=as_json, words=words)


@program.command()
def demo(
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = 1, as_json: bool = AsJson
) -> None:
    """Fill an empty instance with the demo operator."""
    with instance():
        from anliegen.oversight.portability.demo.fill import NotEmpty, fill  # noqa: PLC0415  # slow import

        try:
            filled = fill(seed=seed)
        except NotEmpty:
            refuse("This instance is not empty; nothing was changed.")
        say(filled.as_dict(), as_json=as_json, words=filled.in_words())


@token.command("create")
def create_token(
    agent: Annotated[str, typer.Option(help="E-mail address of the agent it acts for.")],
    scope: Annotated[str, typer.Option(help="read, write or read,write.")] = "read",
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    as_json: bool = AsJson,
) -> None:
    """Print an API token once; only its hash is kept."""
    with instance():
        from anliegen.ground import clock  # noqa: PLC0415  # slow import
        from anliegen.ground.journal.actors import SYSTEM  # noqa: PLC0415  # slow import
        from anliegen.records.accounts import actions  # noqa: PLC0415  # slow import
        from anliegen.records.accounts.models import Agent  # noqa: PLC0415  # slow import

        found = Agent.objects.active().filter(email__iexact=agent).first()
        if found is None:
            refuse(f"No active agent has the address {agent}.")
        scopes = [one.strip() for one in scope.split(",") if one.strip()]
        try:
            _made, secret = actions.create_token(found, scopes=scopes, name=name, actor=SYSTEM, at=clock.now())
        except actions.UnknownScope:
            refuse(f"A token can read or write, not {scope}.")
        say({"token": secret, "agent": found.email, "scopes": sorted(set(scopes))}, as_json=as_json, words=secret)


@journal.command("verify")
def verify_journal(as_json: bool = AsJson) -> None:
    """Check the chain and the signed heads. Exit 1 when they do not hold."""
    with instance():
        from anliegen.ground.journal.verify import verify  # noqa: PLC0415  # slow import

        verdict = verify(lambda done: note(f"{done} events checked") if done % 100_000 == 0 else None)
        answer = {
            "ok": verdict.ok,
            "events": verdict.events,
            "head": verdict.head,
            "first_bad": verdict.first_bad,
            "reason": verdict.reason,
            "breaks": list(verdict.breaks),
        }
        words = (
            f"{verdict.events} events, the chain holds, head {verdict.head}"
            if verdict.ok
            else f"The chain does not hold at position {verdict.first_bad}: {verdict.reason}"
        )
        say(answer, as_json=as_json, words=words)
    if not verdict.ok:
        raise typer.Exit(1)


@program.command()
def doctor(as_json: bool = AsJson) -> None:
    """Check configuration, database, disk, mail, clock and certificates; say what to do."""
    with instance():
        from anliegen.oversight.measurement.doctor import examine  # noqa: PLC0415  # slow import

        with in_english():
            findings = examine()
        answer = {"ok": all(one.ok for one in findings), "checks": [one.as_dict() for one in findings]}
        say(answer, as_json=as_json, words="\n".join(one.in_words() for one in findings))
    if not answer["ok"]:
        raise typer.Exit(1)


@program.command()
def fairness(
    days: Annotated[int, typer.Option(help="Concerns that began in so many days.", min=7, max=366)] = 90,
    as_json: bool = AsJson,
) -> None:
    """Look whether a group is served worse than others, and keep the report. Findings do not make it fail."""
    with instance():
        from anliegen.ground import clock  # noqa: PLC0415  # slow import
        from anliegen.oversight.insights import actions, words  # noqa: PLC0415  # slow import
        from anliegen.oversight.insights.models import Finding  # noqa: PLC0415  # slow import

        report = actions.examine(at=clock.now(), days=days)
        seen = list(Finding.objects.filter(seen_at=report.made_at).order_by("chance", "pk"))
        with in_english():
            sentences = [words.sentence(one) for one in seen]
        answer = {
            "concerns": report.looked_at,
            "is_sample": report.is_sample,
            "comparisons": report.comparisons,
            "findings": [
                {"sentence": sentence, "state": one.state, "chance": one.chance}
                for sentence, one in zip(sentences, seen, strict=True)
            ],
            "figures": report.figures,
        }
        found = [f"  {sentence}" for sentence in sentences] or ["  No group stands out."]
        head = f"{report.looked_at} concerns, {report.comparisons} comparisons"
        say(answer, as_json=as_json, words="\n".join([head, *found]))
