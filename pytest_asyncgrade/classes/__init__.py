"""A class at a time: what a platform exported, graded in shards, kept, shown as one page, handed back."""
