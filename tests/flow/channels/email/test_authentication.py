"""Is the sender who they say? What a trusted server wrote is believed, and nothing that only looks like it."""

import pytest

from anliegen.flow.channels.email import authenticity
from anliegen.flow.channels.email.explain import explain
from anliegen.flow.channels.email.parse import parse

MX = "mx.musterstadt.example"


def code(*fields: str, sender: str = "Kim <kim@example.org>") -> str:
    head = "".join(f"{field}\r\n" for field in fields)
    raw = f"{head}From: {sender}\r\nSubject: x\r\n\r\nText\r\n".encode()
    return parse(raw, trusted_servers=[MX]).authenticity


def results(text: str) -> str:
    return f"Authentication-Results: {MX}; {text}"


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("dmarc=pass header.from=example.org", "confirmed"),
        ("dmarc=pass (p=REJECT sp=NONE) header.from=Example.ORG", "confirmed"),
        ("dmarc=pass header.from=other.example", "unconfirmed"),  # two authors, and the other one was looked at
        ("dmarc=fail header.from=example.org", "failed"),
        ("dmarc=fail; dkim=pass header.d=list.example; arc=pass", "unconfirmed"),  # passed on in good order
        ("dkim=pass header.d=example.org", "confirmed"),
        ("dkim=pass header.i=@mail.example.org", "confirmed"),
        ("dkim=pass header.d=other.example", "unconfirmed"),
        ("dkim=fail header.d=example.org; dkim=pass header.d=example.org", "confirmed"),
        ("dkim=pass header.d=other.example; dkim=fail header.d=example.org", "unconfirmed"),
        ("spf=pass smtp.mailfrom=kim@example.org", "confirmed"),
        ("spf=pass smtp.mailfrom=example.org", "confirmed"),
        ("spf=pass smtp.mailfrom=evil@other.example", "unconfirmed"),
        ("spf=fail smtp.mailfrom=kim@example.org", "failed"),
        ("spf=fail smtp.mailfrom=kim@example.org; dkim=pass header.d=list.example", "unconfirmed"),
        ("spf=fail smtp.mailfrom=list@other.example", "unconfirmed"),
        ("spf=softfail smtp.mailfrom=kim@example.org", "unconfirmed"),
        ("spf=none; dkim=none; dmarc=none", "unconfirmed"),
        ("dmarc=temperror; dkim=temperror", "unconfirmed"),
        ("none", ""),
    ],
)
def test_findings_become_one_verdict(said: str, verdict: str) -> None:
    assert authenticity.verdict_of(code(results(said))) == verdict


def test_the_code_says_what_the_verdict_rests_on() -> None:
    assert code(results("spf=softfail smtp.mailfrom=x@y.example; dmarc=fail; dkim=none")) == (
        "failed spf=softfail dkim=none dmarc=fail"
    )


@pytest.mark.parametrize(
    "said",
    [
        'spf=fail smtp.mailfrom="x; dmarc=pass header.from=example.org"@evil.example; dmarc=fail',
        "spf=fail (helo=a; dmarc=pass header.from=example.org); dmarc=fail",
        "spf=fail (a (b; dmarc=pass) c; dmarc=pass); dmarc=fail",
        r'spf=fail smtp.mailfrom="x\"; dmarc=pass; \""@evil.example; dmarc=fail',
        r"spf=fail (a \) ; dmarc=pass); dmarc=fail",
    ],
)
def test_what_the_sender_chose_cannot_say_that_it_passed(said: str) -> None:
    assert authenticity.verdict_of(code(results(said))) == "failed"


def test_of_a_server_that_is_not_named_nothing_counts() -> None:
    assert code("Authentication-Results: evil.example; dmarc=pass") == ""
    assert code(f"Authentication-Results: x.{MX}; dmarc=pass") == ""


def test_what_stands_below_the_next_received_was_there_before_the_server() -> None:
    received = f"Received: from evil.example by {MX}; Mon, 16 Nov 2026 10:00:00 +0100"
    assert code(results("dmarc=fail"), received, results("dmarc=pass; spf=pass")) == "failed dmarc=fail"
    assert code(received, results("spf=fail"), received, results("spf=pass; dmarc=pass")) == "failed spf=fail"


def test_of_each_method_the_topmost_field_counts() -> None:
    assert code(results("dmarc=fail"), results("spf=none"), results("dmarc=pass; dkim=pass")) == (
        "failed spf=none dkim=pass dmarc=fail"
    )


def test_what_a_seal_claims_counts_only_as_the_server_judges_it() -> None:
    claimed = f"ARC-Authentication-Results: i=50; {MX}; dmarc=pass header.from=example.org"
    assert code(claimed) == ""
    assert code(claimed, results("dmarc=fail; arc=fail")) == "failed dmarc=fail arc=fail"
    assert code(claimed, results("dmarc=fail; arc=pass")) == "unconfirmed dmarc=fail arc=pass"


def test_a_field_without_end_or_sense_is_no_trouble() -> None:
    assert code(results("(" * 5000)) == ""
    assert code(results('"' + "; dmarc=pass" * 1000)) == ""
    assert code(results("dmarc=pass;" * 5000))[:9] == "confirmed"
    assert code("Authentication-Results:", "Authentication-Results: ;;;") == ""


def test_it_is_told_in_words() -> None:
    passed = f"From: Kim <kim@example.org>\r\n{results('dmarc=fail; spf=softfail')}\r\n\r\nx".encode()
    told = explain(passed, trusted_servers=[MX])["authentication"]
    assert told == {
        "spf": "softfail",
        "dkim": None,
        "dmarc": "fail",
        "signature": None,
        "arc": None,
        "verdict": "failed",
        "words": "Caution: pretends to come from example.org",
    }
