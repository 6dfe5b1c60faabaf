"""Posts by command."""
