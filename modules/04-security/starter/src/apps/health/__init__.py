"""Three probes: is it serving, can it work, is the database there?"""
