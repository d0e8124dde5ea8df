"""What the administrator sets, and the ledgers in which everything can be looked up."""
