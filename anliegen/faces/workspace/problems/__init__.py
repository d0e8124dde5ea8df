"""Problems: what hangs on them, answers to all of it, and resolving it together."""
