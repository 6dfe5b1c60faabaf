"""What was done, by whom and from where, for whoever has to find out later."""
