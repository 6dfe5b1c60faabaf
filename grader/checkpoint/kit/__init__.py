"""What authors of a checkpoint import, and the fixtures that their checks take."""
