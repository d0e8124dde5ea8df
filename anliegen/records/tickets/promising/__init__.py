"""What an answer promises: passages with a time by which the operator does something, found in its words.

Pure: text, moment and business hours in, values out. German first, English too. Nobody is bound by what is found here:
a person says whether it is a promise.
"""

from anliegen.records.tickets.promising.marks import Marks, marks_of
from anliegen.records.tickets.promising.notice import MOST, Noticed, noticed

__all__ = ["MOST", "Marks", "Noticed", "marks_of", "noticed"]
