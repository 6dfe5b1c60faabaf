"""Asks values of the learner's project: ``inside`` runs in the sandboxes, the rest on the trusted side."""
