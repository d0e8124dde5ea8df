"""Help that needs no language model: what is alike, a draft put together from what is there, and mended texts. Pure."""
