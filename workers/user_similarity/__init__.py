"""The similarity worker: compares every rater with every other, and every item, from all ratings at once."""
