# FILE SOLUTION 04
"""Attacks, each as somebody would try it from outside."""
