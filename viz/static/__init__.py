"""Assets of the pages."""
