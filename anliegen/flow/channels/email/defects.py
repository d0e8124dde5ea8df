"""What is wrong with a mail, collected while it is read."""

from anliegen.flow.channels.email import limits


class Defects:
    """Sentences for a person, each once, at most `limits.DEFECTS` of them."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}

    def note(self, sentence: str) -> None:
        if len(self._sentences) < limits.DEFECTS:
            self._sentences[sentence] = None

    def all(self) -> tuple[str, ...]:
        return tuple(self._sentences)
