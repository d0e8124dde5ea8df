import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anliegen.ground.search import query, vector
from anliegen.ground.search.tsquery import MOST_WORDS, wanted


def finds(text: str, words: str, *, prefix: bool = False, language: str | None = None) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::tsvector @@ %s::tsquery",
            [vector([(text, "C")], language=language), query(words, prefix=prefix)],
        )
        row: tuple[bool] = cursor.fetchone()
        return row[0]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Rechnung Müller", "'rechnung' & 'muller'"),
        ("Zählerstand", "('zahlerstand' | ('zahler' <-> 'stand') | ('stand' <2> 'zahler'))"),
        ("orders", "('ord' | 'order')"),
        ("Kurs", "'kurs'"),
        ('"Stand des Zählers"', "('stand' <2> 'zahler')"),
        ("„Stand Zähler“", "('stand' <1> 'zahler')"),
        ("4711", "'4711'"),
        ("max@example.de", "'maxexamplede'"),
        ("Rechnung rechnung RECHNUNG", "'rechnung'"),
        ("der die das", ""),
        ("", ""),
        ("' \\ & | ! :* <-> ()", ""),
    ],
)  # fmt: skip
def test_a_query_becomes_an_expression(words: str, expected: str) -> None:
    assert query(words) == expected


def test_only_the_last_word_may_be_unfinished() -> None:
    assert query("Gas Rech", prefix=True) == "'gas' & ('rech' | 'rech':*)"
    assert query("Gas Rech ", prefix=True) == "'gas' & 'rech'"
    assert query('"Gas Rech"', prefix=True) == "('gas' <1> 'rech')"


def test_an_unfinished_word_of_two_letters_is_a_word() -> None:
    assert query("ga", prefix=True) == "'ga'"


def test_a_query_is_bounded() -> None:
    assert len(wanted(" ".join(f"w{n}" for n in range(1000)))) <= MOST_WORDS
    assert len(query("Stromzählerstandsmeldung" * 100)) < 10_000


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sehr geehrter Herr Müller", "Mueller"),
        ("Sehr geehrter Herr Müller", "muller"),
        ("Sehr geehrter Herr Mueller", "Müller"),
        ("Die Abschlagszahlung ist zu hoch", "Abschlag"),
        ("Ihre Jahresrechnungen liegen bei", "Rechnung"),
        ("Zählerstände melden", "Zählerstand"),
        ("Den Zähler Stand habe ich gemeldet", "Zählerstand"),
        ("Der Stand des Zählers", "Zählerstand"),
        ("Zählerstandsmeldung", "Zählerstand"),
        ("Zählerstandsmeldung", "Zähler Meldung"),
        ("Meine Kunden-Nummer ist neu", "Kundennummer"),
        ("Meine Kundennummer ist neu", "Kunden-Nummer"),
        ("Meine Kundennummer ist neu", "Kunden Nummer"),
        ("Vertrag KD-2024-00123", "KD 2024-00123"),
        ("Vertrag KD-2024-00123", "kd202400123"),
        ("Vertrag KD-2024-00123", "2024-00123"),
        ("Vertrag KD-2024-00123", "00123"),
        ("Rufen Sie an: +49 341 12 34 567", "0341/1234567"),
        ("IBAN DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("IBAN DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
        ("Schreiben Sie an max.schulz@stadtwerke-lindenau.de", "max.schulz@stadtwerke-lindenau.de"),
        ("Schreiben Sie an max.schulz@stadtwerke-lindenau.de", "stadtwerke-lindenau.de"),
        ("Schreiben Sie an max.schulz@stadtwerke-lindenau.de", "max.schulz"),
        ("Schreiben Sie an max.schulz@stadtwerke-lindenau.de", "Schulz Lindenau"),
        ("Der Betrag von 1.234,56 Euro", "1234,56"),
        ("You sent me the invoices and the orders twice", "invoice order"),
        ("The policy was cancelled by us on this day", "policies cancel"),
        ("Your rates are too high for us", "rate"),
        ("I have paid my Abschlagszahlung for this month", "Abschlag"),
    ],
)  # fmt: skip
def test_what_a_person_looks_for_is_found(text: str, words: str) -> None:
    assert finds(text, words)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Die Mülltonne wurde nicht geleert", "Müller"),
        ("Ich kann nicht zahlen", "Zähler"),
        ("Meine Kunden haben eine andere Nummer", "Kundennummer"),
        ("Die Kur am Meer", "Kurs"),
        ("Montage am Zähler", "Montag"),
        ("Der Zähler hat keinen Stand", '"Stand des Zählers"'),
        ("Rechnung ohne Namen", "Rechnung Müller"),
        ("Konto 123", "124"),
    ],
)
def test_what_only_looks_alike_is_not_found(text: str, words: str) -> None:
    assert not finds(text, words)


@pytest.mark.django_db
def test_an_unfinished_compound_is_found_with_every_letter_typed() -> None:
    word = "Abschlagszahlung"
    missed = [
        word[:end] for end in range(3, len(word) + 1) if not finds(f"Meine {word} im Mai", word[:end], prefix=True)
    ]
    assert missed == []


@pytest.mark.django_db
def test_a_long_text_is_cut_between_words_and_found_by_itself() -> None:
    long = " ".join(["Zählerstand"] * 40)
    assert finds(long, long)
    word = "x" * 900  # where there is no space, what is there is looked for
    assert query(word) == query(word[: len(word) - 1])


@pytest.mark.django_db
def test_words_of_the_subject_and_of_the_body_make_no_phrase() -> None:
    with connection.cursor() as cursor:
        parts = [("Zähler", "A"), ("Stand", "C")]
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [vector(parts), query('"Zähler Stand"')])
        assert cursor.fetchone() == (False,)


@pytest.mark.django_db
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=120), st.booleans())
def test_postgresql_takes_every_query_and_every_vector(text: str, prefix: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::tsvector, %s::tsquery, to_tsquery('simple', %s)",
            [vector([(text, "A"), (text, "D")]), query(text, prefix=prefix), query(text, prefix=prefix)],
        )
        assert cursor.fetchone() is not None


@pytest.mark.django_db
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.sampled_from(["Zählerstand", "Rechnungen", "KD-12-345", "invoices", "E-Mail", "Müller", "12.05.2026"]),
        min_size=1,
    )
)
def test_a_text_is_found_by_its_own_words(words: list[str]) -> None:
    assert finds(" ".join(words), " ".join(words))


@pytest.mark.django_db
def test_the_largest_vector_fits_into_the_database() -> None:
    text = " ".join(f"wort{n}ä" for n in range(200_000))
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(%s::tsvector)", [vector([(text, "A"), ("bla " * 9000, "C")])])
        (length,) = cursor.fetchone()
    assert length > 30_000
