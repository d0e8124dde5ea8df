"""Help for whoever writes an answer, in the editor only: what is alike, and proposals that a person takes up or not."""
