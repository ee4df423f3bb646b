copy staged_similarities (rater_id, neighbour_id, similarity, co_ratings, weight, affinity, level)
from stdin (format binary)
