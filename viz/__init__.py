"""Looking: the lineage and its page, the network page."""
