# FILE SOLUTION 06
"""Deployment without a cluster: releases beside each other, a switch, and a way back."""
