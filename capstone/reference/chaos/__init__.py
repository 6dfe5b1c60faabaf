# FILE SOLUTION 06
"""Chaos experiments: break what the running application needs, and see what it promised hold."""
