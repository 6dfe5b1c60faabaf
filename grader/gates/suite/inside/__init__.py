"""What runs in the sandbox around the project's own tests: it runs them, and writes down what they execute.

The folder is mounted read-only and started by ``__main__.py``. Orders and replies are lines of JSON on a socket. It
knows no threshold and no expected value, and whoever replaces it can only tell a tale, which others then look into.
Standard library and the submission's own packages only.
"""
