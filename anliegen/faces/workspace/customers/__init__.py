"""The pages and parts about a customer: what we know of them, what they told us, and who is the same person."""
