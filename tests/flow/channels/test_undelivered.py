"""Why an answer did not arrive, in words: the first figure of a code says whether it is for now or for good."""

import pytest

from anliegen.flow.channels.undelivered import (
    FOR_GOOD,
    FOR_NOW,
    LOGIN,
    SENDER,
    WHYS,
    Why,
    explain,
    is_a_servers,
)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("4.7.1", FOR_NOW),  # how servers greylist
        ("4.2.0", FOR_NOW),
        ("4.1.1", FOR_NOW),  # not looked up yet, which is not: unknown
        ("4.3.2", FOR_NOW),
        ("4.2.2", WHYS["2.2"]),  # full is full
        ("4.4.1", WHYS["4.1"]),
        ("4.7.8", LOGIN),
        ("4.7.23", SENDER),
        ("5.7.1", WHYS["7.1"]),
        ("5.1.1", WHYS["1.1"]),
        ("smtp-451", FOR_NOW),
        ("smtp_421", FOR_NOW),
        ("smtp-550", WHYS["1.0"]),
        ("smtp-554", FOR_GOOD),
        ("nonsense", FOR_GOOD),
        ("broken_off", WHYS["broken_off"]),
    ],
)
def test_a_code_in_words(code: str, why: Why) -> None:
    assert explain(code) is why


def test_what_is_tried_again_was_not_refused_for_good_whatever_the_code_says() -> None:
    assert explain("5.7.1", for_now=True) is FOR_NOW
    assert explain("smtp-550", for_now=True) is FOR_NOW
    assert explain("5.2.2", for_now=True) is WHYS["2.2"]
    assert explain("broken_off", for_now=True) is WHYS["broken_off"]


@pytest.mark.parametrize(
    ("code", "given"),
    [("5.1.1", True), ("smtp-550", True), ("smtp_535", True), ("broken_off", False), ("no_answer", False), ("", False)],
)
def test_only_a_servers_code_has_words_of_a_server_beside_it(code: str, given: bool) -> None:
    assert is_a_servers(code) is given
