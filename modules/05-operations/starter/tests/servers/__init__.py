"""Real servers for tests, which stop, cut and freeze them as they like."""
