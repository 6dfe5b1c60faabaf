# FILE GIVEN 04
"""What was done, by whom and from where, for whoever has to find out later."""
