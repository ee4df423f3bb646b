"""Similar raters and similarly rated items, compared from all ratings."""
