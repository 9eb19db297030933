"""One file a source: each recognises its format by content and yields Documents."""
