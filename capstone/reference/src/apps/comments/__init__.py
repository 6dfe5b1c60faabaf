# FILE GIVEN 02
"""What readers say about posts."""
