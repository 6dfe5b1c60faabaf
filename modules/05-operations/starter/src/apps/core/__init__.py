"""What the apps share. Not an app of its own: it has no tables."""
