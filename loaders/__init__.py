"""In: sources yield Documents, mining turns their texts into Assertions."""
