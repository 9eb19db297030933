"""The truth: vocabulary, names and identity, the store, builds; and its views."""
