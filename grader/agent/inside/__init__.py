"""What runs in the sandboxes: the agent beside the learner's project, and the witness, which has no learner code.

The folder is mounted read-only and started by ``__main__.py``. Questions and replies are JSON lines (``wire.py`` of the
trusted side has the format). The agent knows no check and no expected value: it evaluates and answers, and whoever
replaces it can only answer wrongly. Standard library and the submission's own Django only.
"""
