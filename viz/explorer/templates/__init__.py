"""The templates of the explorer; all text in them is escaped."""
