"""One source, two forms: plain words for mails without design, HTML for those with."""

from hypothesis import given
from hypothesis import strategies as some

from anliegen.records.knowledge.marks import formatted, plain

TEXT = """Bitte senden Sie uns **beides**:
- den Zählerstand
- ein Foto (siehe [Anleitung](https://example.org/foto))

1. Ablesen
2. Senden

Danke"""


def test_plain_words_keep_lists_and_say_where_links_lead() -> None:
    assert plain(TEXT) == (
        "Bitte senden Sie uns beides:\n- den Zählerstand\n- ein Foto (siehe Anleitung (https://example.org/foto))\n\n"
        "1. Ablesen\n2. Senden\n\nDanke"
    )


def test_the_formatted_text_has_paragraphs_lists_and_links() -> None:
    assert formatted(TEXT) == (
        "<p>Bitte senden Sie uns <strong>beides</strong>:</p>"
        '<ul><li>den Zählerstand</li><li>ein Foto (siehe <a href="https://example.org/foto">Anleitung</a>)</li></ul>'
        "<ol><li>Ablesen</li><li>Senden</li></ol><p>Danke</p>"
    )


def test_html_in_a_text_is_shown_and_not_obeyed() -> None:
    text = '<script>1</script> **<b>** [x](https://a.example/"onclick=1)'
    assert formatted(text) == (
        "<p>&lt;script&gt;1&lt;/script&gt; <strong>&lt;b&gt;</strong> "
        '<a href="https://a.example/&#34;onclick=1">x</a></p>'
    )


def test_a_link_that_runs_a_script_is_none() -> None:
    assert formatted("[x](javascript:alert(1))") == "<p>[x](javascript:alert(1))</p>"


@given(some.text(alphabet=some.sampled_from("*-1.)[]( <>&\nab"), max_size=80))
def test_whatever_is_written_gives_only_the_tags_that_are_meant(text: str) -> None:
    opened = {part.partition(">")[0].split(" ")[0].strip("/") for part in str(formatted(text)).split("<")[1:]}
    assert opened <= {"p", "br", "ul", "ol", "li", "strong", "a"}
