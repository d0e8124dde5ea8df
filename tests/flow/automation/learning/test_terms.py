"""Texts as rows of terms: the same as scikit-learn makes of them, and every share of a word accounted for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from anliegen.flow.automation.learning.terms import LONGEST_TEXT, Terms, as_written, matrix, pieces_of, words_of

TEXTS = ["Mein Abschlag ist zu hoch", "Der Zähler steht still", "zu hoch ist der Abschlag im Mai", "Straße 5"]
ANY = st.lists(st.text(max_size=60), min_size=1, max_size=6)


def dense(terms: Terms, text: str) -> "np.ndarray":
    row = terms.row(text)
    found = np.zeros(len(terms), np.float32)
    found[row.keys] = row.weights
    return found


def test_words_are_weighed_as_the_library_weighs_them() -> None:
    terms = Terms.of(TEXTS)
    theirs = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, tokenizer=words_of, token_pattern=None, lowercase=False
    ).fit(TEXTS)
    for text in (*TEXTS, "hoch hoch hoch Abschlag", "nie gehört"):
        expected = theirs.transform([text]).toarray()[0]
        ours = dense(terms, text)
        assert {term: ours[key] for term, key in terms.words.items()} == pytest.approx(
            {term: expected[key] for term, key in theirs.vocabulary_.items()}, abs=1e-6
        )


def test_pieces_are_weighed_as_the_library_weighs_them() -> None:
    terms = Terms.of(TEXTS)
    theirs = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2).fit(
        [" ".join(words_of(text)) for text in TEXTS]
    )
    assert set(terms.pieces) == set(theirs.vocabulary_)
    for text in TEXTS:
        expected = theirs.transform([" ".join(words_of(text))]).toarray()[0]
        ours = dense(terms, text)
        assert {term: ours[key] for term, key in terms.pieces.items()} == pytest.approx(
            {term: expected[key] for term, key in theirs.vocabulary_.items()}, abs=1e-6
        )


def test_a_word_has_the_pieces_of_its_letters_and_borders() -> None:
    assert list(pieces_of("ab")) == [" a", "ab", "b ", " ab", "ab ", " ab "]
    assert list(pieces_of("a")) == [" a", "a ", " a "]


@given(ANY, st.text(max_size=80))
def test_halves_have_length_1_or_nothing_and_any_text_is_taken(texts: list[str], asked: str) -> None:
    terms = Terms.of(texts)
    row = terms.row(asked)
    is_word = row.keys < len(terms.words)
    for half in (row.weights[is_word], row.weights[~is_word]):
        assert len(half) == 0 or np.linalg.norm(half) == pytest.approx(1, abs=1e-4)
    assert len(set(row.keys.tolist())) == len(row.keys)


@given(ANY, st.text(alphabet="ab cd", max_size=40), st.integers(0, 5))
def test_what_the_words_add_is_what_the_terms_add(texts: list[str], asked: str, seed: int) -> None:
    terms = Terms.of([*texts, "ab cd", "abcd dcab"])
    row = terms.row(asked)
    shares = np.random.default_rng(seed).normal(size=len(row.keys)).astype(np.float32)
    found = terms.by_word(asked, row, shares)
    assert sum(found.values()) == pytest.approx(float(shares.sum()), abs=1e-4)
    assert set(found) == set(words_of(asked))


def test_words_are_told_as_they_were_written() -> None:
    text = "Mein ZÄHLER steht; der Zähler zählt nicht. Straße 5, Maße"
    assert as_written(["zahler", "strasse", "masse", "nicht"], text) == ["ZÄHLER", "Straße", "Maße", "nicht"]
    assert as_written(["fehlt"], text) == ["fehlt"]


@given(st.text(max_size=200))
def test_a_word_as_written_is_the_word_or_not_found(text: str) -> None:
    for word, written in zip(words_of(text), as_written(words_of(text), text), strict=True):
        assert written in (word, *text.split()) or words_of(written) == [word]


def test_rows_become_a_matrix() -> None:
    terms = Terms.of(TEXTS)
    made = matrix([terms.row(text) for text in TEXTS], len(terms)).toarray()
    assert made == pytest.approx(np.vstack([dense(terms, text) for text in TEXTS]))
    assert matrix([], len(terms)).shape == (0, len(terms))


def test_a_very_long_text_is_read_as_far_as_it_says_something() -> None:
    assert words_of("a " * LONGEST_TEXT)[-1] == "a"
    assert len(words_of("a " * LONGEST_TEXT)) == LONGEST_TEXT // 2
