"""The autograder of Django Track."""
