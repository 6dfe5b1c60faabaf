"""How often posts are read, day by day."""
