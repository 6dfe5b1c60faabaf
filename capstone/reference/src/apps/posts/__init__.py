# FILE GIVEN 02
"""Posts, and the categories and tags that they are found by."""
