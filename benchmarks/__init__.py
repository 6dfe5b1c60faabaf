"""How fast the grader is, as ratios within one run: a machine may be slow or busy, a ratio on it is neither."""
