"""Appeals: somebody says that a verdict is wrong, with the work and the run it was about; staff look, and decide."""
