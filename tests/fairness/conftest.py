"""The solutions in here are data: their own tests belong to them."""

collect_ignore_glob = ["*/tests/*", "*/src/*"]
