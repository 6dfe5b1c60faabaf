"""Reads what a learner wrote in a child process: short-lived, without rights, and killed when it takes too much.

``client`` and ``launch`` are the trusted side. ``child``, ``unpack`` and ``enter`` are the programs that run apart.
They use the standard library and the parsers alone, and nobody trusts their answers: the trusted side takes these as
bytes that the submission itself may have written.
"""
