"""Brings a project to life in its sandbox: its processes, its databases, the servers that it needs.

Free of pytest, and of what a check is: checks and gates both stand on it.
"""
