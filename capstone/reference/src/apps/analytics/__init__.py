# FILE GIVEN 05
"""How often posts are read, day by day."""
