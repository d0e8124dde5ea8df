"""Search: the one analysis chain for German and English text, and helpers for index tables and queries.

Pure functions are offered here; `models.Indexed` and `queries` need Django to be set up.
"""

from anliegen.ground.search.analysis import ANALYSER_VERSION, Token, analyse, is_listed, vector
from anliegen.ground.search.passages import passage
from anliegen.ground.search.tsquery import query

__all__ = ["ANALYSER_VERSION", "Token", "analyse", "is_listed", "passage", "query", "vector"]
