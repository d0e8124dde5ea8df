"""A message as it is shown: the long one folded, the empty one named, a crowd of files folded, plumbing left out."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Attachment, Message, Ticket

Shown = Callable[..., str]


@pytest.fixture
def shown(
    miras: Client, open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team, now: datetime
) -> Shown:
    """The page of a mail with this text and these files, (name, type, size)."""

    def make(text: str, *files: tuple[str, str, int]) -> str:
        ticket = actions.assign(open_ticket(kim_address, text=text), to=billing, actor=SYSTEM, at=now)
        message = Message.objects.get(ticket=ticket)
        Attachment.objects.bulk_create(
            Attachment(message=message, filename=name, content_type=kind, size=size, sha256="0" * 64)
            for name, kind, size in files
        )
        return miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()

    return make


def texts(html: str) -> list[str]:
    return re.findall(r'<div class="mail-text" dir="auto">(.*?)</div>', html, re.DOTALL)


def test_a_long_mail_is_folded_after_sixty_lines_and_nothing_of_it_is_cut(shown: Shown) -> None:
    html = shown("\n".join(f"Zeile {number}" for number in range(3000)))
    first, rest = texts(html)
    assert re.findall(r"Zeile \d+", first) == [f"Zeile {number}" for number in range(60)]
    assert re.findall(r"Zeile \d+", rest) == [f"Zeile {number}" for number in range(60, 3000)]
    assert "Ganze Nachricht zeigen (2.940 weitere Zeilen)" in html


def test_long_lines_count_as_the_rows_they_fill(shown: Shown) -> None:
    first, rest = texts(shown("\n".join(["Wort " * 160] * 20)))  # 11 rows each
    assert (first.count("<br>") + 1, rest.count("<br>") + 1) == (5, 15)


@pytest.mark.parametrize("text", ["\n".join(["Zeile"] * 80), "ein einziger Absatz " * 2000])
def test_what_is_hardly_longer_or_cannot_be_parted_stands_whole(shown: Shown, text: str) -> None:
    html = shown(text)
    assert len(texts(html)) == 1 and "Ganze Nachricht zeigen" not in html


def test_a_mail_without_text_says_so(shown: Shown) -> None:
    html = shown("")
    assert texts(html) == [] and '<p class="hint">ohne Text</p>' in html


def test_of_forty_files_six_are_shown_and_the_rest_is_folded(shown: Shown) -> None:
    html = shown("Anbei.", *((f"Beleg-{number:02}.pdf", "application/pdf", 1000) for number in range(40)))
    few, folded = html.split('class="attachments"')[1:3]
    assert re.findall(r"Beleg-\d\d\.pdf", few) == [f"Beleg-{number:02}.pdf" for number in range(6)]
    assert re.findall(r"Beleg-\d\d\.pdf", folded) == [f"Beleg-{number:02}.pdf" for number in range(6, 40)]
    assert "34 weitere zeigen" in html


def test_eight_files_are_no_crowd(shown: Shown) -> None:
    html = shown("Anbei.", *((f"Beleg-{number}.pdf", "application/pdf", 1000) for number in range(8)))
    assert "weitere zeigen" not in html and html.count("Beleg-") == 8


def test_the_version_of_an_encrypted_mail_is_no_file_of_the_customer(shown: Shown) -> None:
    kind = "application/pgp-encrypted"
    html = shown("Verschlüsselt.", ("attachment.txt", kind, 12), ("Vertrag.pdf.pgp", kind, 48_000))
    assert "attachment.txt" not in html and "Vertrag.pdf.pgp" in html
