"""begat: who descends from whom in research, every relation with the sentence that states it."""
