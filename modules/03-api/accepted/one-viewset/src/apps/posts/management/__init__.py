"""Commands of the posts."""
