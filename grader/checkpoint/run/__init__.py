"""Runs the checks of a module in pytest processes of their own, and gathers what they observed."""
