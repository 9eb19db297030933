"""From a text to the names in it and the relations that it states."""
