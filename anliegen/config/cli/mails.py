"""`anliegen intake` and `anliegen mail`: mails from files, and how a mail is understood."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anliegen.config.cli.program import AsJson, in_english, instance, note, program, refuse

if TYPE_CHECKING:
    from anliegen.flow.channels.email.sealed.keys import Keyring
    from anliegen.flow.channels.mailroom.places.given import Given
    from anliegen.flow.channels.mailroom.storing import Way
    from anliegen.flow.channels.models import Intake

mail = typer.Typer(invoke_without_command=True, help="Take mail in over SMTP and LMTP; or explain one.")
program.add_typer(mail, name="mail")


@mail.callback()
def receive(context: typer.Context) -> None:
    """Without a command: the mail receiver, in the foreground."""
    if context.invoked_subcommand is None:
        # Under `anliegen run` it waits for the setup that this asks for; what comes before is set aside for then.
        with instance(founded="ANLIEGEN_SUPERVISED" not in os.environ):
            from anliegen.flow.channels.mailroom import receive as receiver  # noqa: PLC0415  # slow import

            try:
                receiver.run()
            except OSError as error:
                refuse(f"No mail can be taken in: {error.strerror}. Another program listens on ANLIEGEN_SMTP_PORT?")


@mail.command()
def explain(
    files: Annotated[list[Path], typer.Argument()],
    key: Annotated[
        list[Path] | None, typer.Option(help="A key to check or open sealed mails with: .p12, .pem, .asc.")
    ] = None,
    passphrase_file: Annotated[Path | None, typer.Option(help="The file with the passphrase of these keys.")] = None,
    trust: Annotated[
        list[str], typer.Option(help="A mail server whose Authentication-Results count; may be given several times.")
    ] = [],  # noqa: B006  # typer reads it, nobody changes it
    as_json: bool = AsJson,
) -> None:
    """How a mail is understood, storing nothing; one JSON line per file, on a terminal laid out to be read."""
    from anliegen.flow.channels.email.explain import explain as understand  # noqa: PLC0415  # slow import

    keyring = _keyring(key or [], passphrase_file)
    unread = False
    for file in files:
        try:
            raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        except OSError as error:
            note(f"{file}: {error.strerror}")
            unread = True
            continue
        told = understand(raw, trusted_servers=trust, keys=lambda: keyring)
        print(json.dumps(told, ensure_ascii=False, indent=2 if sys.stdout.isatty() and not as_json else None))
    if unread:
        raise typer.Exit(1)


def _keyring(files: list[Path], passphrase_file: Path | None) -> "Keyring":
    from anliegen.flow.channels.email.sealed.files import KeyRefused, keyring_of  # noqa: PLC0415  # slow import

    try:
        passphrase = passphrase_file.read_text(encoding="utf-8").strip() if passphrase_file else ""
        return keyring_of([file.read_bytes() for file in files], passphrase)
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}")
    except KeyRefused as error:
        refuse(f"These keys cannot be used: {error.because}.")


@program.command()
def intake(
    paths: Annotated[list[str], typer.Argument(help="Files, directories, mbox, Maildir, or - for standard input.")],
    mailbox: Annotated[str, typer.Option(help="The address they came to.")] = "",
    acknowledge: Annotated[bool, typer.Option("--acknowledge", help="Confirm old mails to their senders too.")] = False,
    as_json: bool = AsJson,
) -> None:
    """Take mails in; one line per mail with its outcome. Exit 1 when something could not be read or was set aside.

    Mails that are more than three days old by their own date are not confirmed to their senders.
    """
    with instance(founded=True):
        from anliegen.flow.channels.mailroom.places.given import mails  # noqa: PLC0415  # slow import

        _require_mailbox(mailbox)
        way: Way = {"envelope_to": [mailbox] if mailbox else [], "acknowledges_old": acknowledge}
        clean, unconfirmed = True, 0
        for given in (each for path in paths for each in mails(path, sys.stdin.buffer)):
            if given.trouble:
                note(f"{given.source}: {given.trouble}; nothing was stored of it")
                clean = False
                continue
            line = _taken_in(given, way)
            clean = clean and line.result != "quarantined"
            unconfirmed += _stays_unconfirmed(line)
            _tell(given.source, line, as_json=as_json)
        if unconfirmed and not as_json:
            note(
                f"{unconfirmed} new concerns were written more than three days ago: no confirmation is sent to their"
                " senders. With --acknowledge it would have been."
            )
    if not clean:
        raise typer.Exit(1)


def _require_mailbox(address: str) -> None:
    from anliegen.records.accounts.queries import Mailboxes  # noqa: PLC0415  # slow import

    if not address:
        return
    known = Mailboxes.load()
    if known.find([address]) is None:
        there = f"there are: {', '.join(known.addresses)}" if known.addresses else "there is none"
        refuse(f"No mailbox has the address {address}; {there}. Nothing was taken in.")


def _taken_in(given: "Given", way: "Way") -> "Intake":
    from django.db import Error  # noqa: PLC0415  # slow import

    from anliegen.flow.channels.email.mime import looks_like_a_mail  # noqa: PLC0415  # slow import
    from anliegen.flow.channels.mailroom import intake as taking  # noqa: PLC0415  # slow import
    from anliegen.flow.channels.mailroom import storing  # noqa: PLC0415  # slow import
    from anliegen.flow.channels.models.ledger import FROM_FILE  # noqa: PLC0415  # slow import

    source = f"{FROM_FILE}{given.source}"
    try:
        if not looks_like_a_mail(given.raw):
            return storing.set_aside(given.raw, reason="not-a-mail", source=source, **way)
        stored = storing.store_raw(given.raw, source=source, **way)
    except (OSError, Error) as error:
        refuse(f"{given.source}: not stored: {_first_line(error)}. What was taken in before is kept.")
    try:
        return taking.take_in_one(stored)
    except (OSError, Error) as error:
        refuse(
            f"{given.source}: stored as intake {stored.pk}, but not read yet: {_first_line(error)}. A worker reads it"
            " when that is over. What was taken in before is kept; what follows was not looked at."
        )


def _stays_unconfirmed(line: "Intake") -> bool:
    """Whether a confirmation would go out for it, were it not of the past."""
    from anliegen.flow.channels import acknowledge  # noqa: PLC0415  # slow import
    from anliegen.records.accounts.queries import the_operator  # noqa: PLC0415  # slow import

    if line.result != "created" or line.message is None or not the_operator().acknowledges:
        return False
    return acknowledge.is_from_a_person(line.message) and acknowledge.is_of_the_past(line, line.message)


def _tell(source: str, line: "Intake", *, as_json: bool) -> None:
    from anliegen.flow.channels.reasons import explain as why  # noqa: PLC0415  # slow import

    answer = {
        "source": source,
        "intake": line.pk,
        "result": line.result,
        "ticket": line.ticket_id,
        "reason": line.reason,
    }
    with in_english():
        words = f"{source}: {line.result}" + (f" #{line.ticket_id}" if line.ticket_id else "") + f" - {why(line)}"
    print(json.dumps(answer, ensure_ascii=False) if as_json else words, flush=True)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
