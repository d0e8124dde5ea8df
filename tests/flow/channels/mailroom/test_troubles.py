"""What failed at a mailbox elsewhere, in words: each trouble has its own, each fault of a certificate, too."""

import pytest
from django.utils import translation

from anliegen.flow.channels.mailroom import troubles
from anliegen.flow.channels.mailroom.fetch import code_of
from anliegen.flow.channels.mailroom.troubles import explain
from anliegen.ground import egress
from anliegen.ground.egress.wire import FAULTS


@pytest.mark.parametrize("why", sorted(set(FAULTS.values())))
def test_each_fault_of_a_certificate_says_what_it_is_and_what_to_do(why: str) -> None:
    code = code_of(egress.Failed("certificate", "not valid", why=why))
    said, in_general = explain(code), explain("certificate")
    assert (said.code, said.word, said.step) == (f"certificate_{why}", in_general.word, in_general.step)
    assert said.happened != in_general.happened
    assert said.next != in_general.next


def test_a_fault_that_tls_does_not_name_is_an_invalid_certificate() -> None:
    assert code_of(egress.Failed("certificate", "not valid")) == "certificate"


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_trouble_has_a_word_for_lists(language: str) -> None:
    with translation.override(language):
        assert all(explain(code).word for code in [*troubles.HAPPENED, *troubles.TOO_SLOW, "of tomorrow"])
        word = {"de": "Zertifikat", "en": "certificate"}[language]
        assert explain("certificate_name").word == word


def test_what_nobody_tries_again_does_not_say_that_it_is() -> None:
    with translation.override("en"):
        assert explain("tls_timeout").next.startswith("It is tried again by itself.")
        assert explain("tls_timeout", by_itself=False).next.endswith("then test the connection again.")
