# Placeholder by the lead so that imports work; the calendar author replaces this file.
class AnswerRange: ...


def answer_range(samples):  # type: ignore
    return None


def describe(found, language):  # type: ignore
    return ""
