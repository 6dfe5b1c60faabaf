"""What readers say about posts."""
