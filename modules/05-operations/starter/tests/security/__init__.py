"""Attacks, each as somebody would try it from outside."""
