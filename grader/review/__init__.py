"""Peer review: a form with the machine's evidence filled in, what a person says in it, and where several agree."""
