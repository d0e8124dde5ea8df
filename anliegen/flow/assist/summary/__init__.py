"""A conversation in a few of its own sentences, each with its place. Rules of our own: nothing is written anew.

Texts with authors in, passages out; it knows no ticket, reads no clock and asks nobody, so the same conversation
always gets the same summary. A later one that a model writes can stand behind `summarise` as well.
"""

from anliegen.flow.assist.summary.chosen import Line, Said, Summary, summarise

__all__ = ["Line", "Said", "Summary", "summarise"]
