"""How alike two people are: with reasons, in either direction, never by a common name alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anliegen.records.customers.likeness import LIKELY, WORDS, Likeness, Traits, likeness

WORD = st.text(alphabet="abcdefghij", min_size=1, max_size=6)
ADDRESSES = st.frozensets(st.sampled_from(["kim@a.org", "kim.berger@b.org", "info@c.org"]), max_size=2)
PHONES = st.frozensets(st.sampled_from(["+4934199887766", "+4917112345678"]), max_size=2)
TRAITS = st.builds(
    Traits,
    name=st.lists(WORD, max_size=3).map(" ".join),
    organisation=st.none() | st.integers(1, 3),
    emails=ADDRESSES,
    phones=PHONES,
    mentioned=ADDRESSES | PHONES,
    street=st.sampled_from(["", "lange str. 1", "kurze str. 2"]),
    postcode=st.sampled_from(["", "04109"]),
)
KIM = Traits(name="kim berger", emails=frozenset({"kim@a.org"}), street="lange str. 1", postcode="04109")


@given(TRAITS, TRAITS)
def test_it_is_the_same_from_either_side(one: Traits, other: Traits) -> None:
    assert likeness(one, other) == likeness(other, one)


@given(TRAITS, TRAITS)
def test_the_score_is_bounded_and_every_reason_has_words(one: Traits, other: Traits) -> None:
    found = likeness(one, other)
    assert 0 <= found.score <= 100
    assert set(found.reasons) <= WORDS.keys()


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Traits(name="kim berger"), Likeness(30, ("same_name",))),
        (Traits(name="kim berger", street="lange str. 1", postcode="04109"), Likeness(70, ("same_name_and_street",))),
        (Traits(name="k. berger"), Likeness(15, ("similar_name",))),
        (
            Traits(name="kai berger", street="lange str. 1", postcode="04109"),
            Likeness(0, ("same_street", "other_given_name")),
        ),
        (Traits(name="x", mentioned=frozenset({"kim@a.org"})), Likeness(60, ("in_signature",))),
        (Traits(name="berger"), Likeness(0, ())),
        (Traits(), Likeness(0, ())),
    ],
)
def test_reasons_and_their_weight(other: Traits, expected: Likeness) -> None:
    assert likeness(KIM, other) == expected


def test_a_name_alone_is_never_enough() -> None:
    assert likeness(KIM, Traits(name="kim berger")).score < LIKELY


def test_numbers_are_compared_by_their_end() -> None:
    one = Traits(phones=frozenset({"+4934199887766"}))
    assert likeness(one, Traits(phones=frozenset({"34199887766"}))).reasons == ("same_phone",)
    assert likeness(one, Traits(phones=frozenset({"7766"}))).reasons == ()


def test_a_mailbox_for_everybody_is_no_evidence() -> None:
    one, other = (Traits(emails=frozenset({f"kontakt@{house}.org"})) for house in "ab")
    assert likeness(one, other).reasons == ()
    named = [Traits(emails=frozenset({f"kim.berger@{house}.org"})) for house in "ab"]
    assert likeness(*named).reasons == ("same_mailbox",)
