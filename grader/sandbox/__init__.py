"""Runs what a submission brings, its servers and the services it needs, where it sees and touches nothing else."""
