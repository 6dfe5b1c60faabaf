"""One module for each kind of object: how it looks, and what one can do with it."""
