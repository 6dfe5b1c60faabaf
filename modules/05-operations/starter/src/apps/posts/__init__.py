"""Posts, and the categories and tags that they are found by."""
