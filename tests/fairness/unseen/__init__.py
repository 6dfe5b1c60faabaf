"""Mistakes and correct variations that wait to be graded, by somebody who had seen the brief and the solution alone.

Whoever works on checks reads them after they were graded, not before. ``python -m tests.fairness.unseen NN`` grades
those of a module; what came of it goes into ``modules/unseen.toml``, each miss becomes a check and a mutant, and the
file is deleted: no set is measured twice. The one in ``next/`` then takes its place, and tells what was gained.
"""
