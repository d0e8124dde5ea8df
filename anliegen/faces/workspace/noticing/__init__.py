"""From what happened to what an agent is told of it: whom (`whom.py`), when (`quiet.py`), and how (`post.py`)."""
