# FILE SOLUTION 06
"""Why nothing was deployed."""


class UsageError(Exception):
    """It was asked for wrongly, or nobody serves the target."""


class DeploymentError(Exception):
    """It was tried and did not work; says what serves now."""
