"""Keys for mails: what is imported, what is refused and why."""

from collections.abc import Callable

import pysequoia
import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from anliegen.flow.channels import mail_keys
from anliegen.flow.channels.models import MailKey
from anliegen.records.accounts.models import Agent
from tests.flow.channels.email.sealed.people import AUTHORITY, READER, WRITER

BUNDLE = pkcs12.serialize_key_and_certificates(
    b"service", READER.key, READER.certificate, [AUTHORITY.certificate], BestAvailableEncryption(b"geheim")
)
PGP = pysequoia.Tsk.generate("Service <service@musterstadt.example>")


def send(browser: Client, content: bytes, passphrase: str = "") -> HttpResponse:
    fields = {"file": SimpleUploadedFile("datei", content), "passphrase": passphrase}
    return browser.post(reverse("workspace:settings-keys-import"), fields)


@pytest.mark.parametrize(
    ("content", "passphrase", "kinds"),
    [
        (BUNDLE, "geheim", ["smime-own"]),
        (READER.private_pem + READER.pem, "", ["smime-own"]),
        (AUTHORITY.pem + WRITER.pem, "", ["smime-authority", "smime-person"]),
        (WRITER.certificate.public_bytes(Encoding.DER), "", ["smime-person"]),
        (bytes(PGP), "", ["pgp-own"]),
        (str(PGP).encode(), "", ["pgp-own"]),
        (str(PGP.extract_certificate()).encode(), "", ["pgp-person"]),
    ],
)
def test_files_as_people_have_them_are_understood(
    browser: Client, content: bytes, passphrase: str, kinds: list[str]
) -> None:
    assert send(browser, content, passphrase).status_code == 302
    assert list(MailKey.objects.order_by("kind").values_list("kind", flat=True)) == kinds
    page = browser.get(reverse("workspace:settings-keys")).text
    assert all(key.fingerprint[:40] in page for key in MailKey.objects.all())


@pytest.mark.parametrize(
    ("content", "passphrase", "words"),
    [
        (b"Guten Tag", "", "There is no key in this file."),
        (BUNDLE, "falsch", "The passphrase does not fit this file"),
        (READER.private_pem, "", "The private key stands here without its certificate."),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nunsinn\n-----END", "", "There is no key in this file."),
        (b"x" * 1_000_001, "", "This file is too large to be a key."),
    ],
)
def test_what_cannot_be_used_says_why_and_keeps_nothing(
    browser: Client, content: bytes, passphrase: str, words: str
) -> None:
    answer = send(browser, content, passphrase)
    assert answer.status_code == 422
    assert words in answer.text
    assert not MailKey.objects.exists()


def test_the_same_key_is_kept_once(browser: Client) -> None:
    send(browser, AUTHORITY.pem)
    answer = browser.get(send(browser, AUTHORITY.pem).url)  # type: ignore[attr-defined]
    assert "What is in this file was imported before." in answer.text
    assert MailKey.objects.count() == 1


def test_a_deleted_key_opens_nothing_any_more_and_the_journal_knows_no_secret(
    browser: Client, said: Callable[[], list[tuple[str, str, dict[str, object]]]]
) -> None:
    send(browser, BUNDLE, "geheim")
    key = MailKey.objects.get()
    assert len(mail_keys.load().own_smime) == 1
    browser.post(reverse("workspace:settings-key-delete", args=[key.pk]))
    assert mail_keys.load().own_smime == ()
    told = [(verb, subject) for verb, subject, _data in said()]
    assert told == [("setting.created", f"mailkey:{key.pk}"), ("setting.deleted", f"mailkey:{key.pk}")]
    assert all(data == {} for _verb, _subject, data in said())


def test_a_key_of_another_instance_is_left_out(browser: Client) -> None:
    send(browser, BUNDLE, "geheim")
    MailKey.objects.update(private=b"mit einem anderen Schluessel verschlossen")
    assert mail_keys.load().own_smime == ()


def test_only_administrators_import_keys(client_of: Callable[[Agent], Client], mira: Agent) -> None:
    client = client_of(mira)
    assert send(client, AUTHORITY.pem).status_code == 403
    assert client.get(reverse("workspace:settings-keys")).status_code == 403
