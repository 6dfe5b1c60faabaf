"""How a Django project is built, measured from its text: nothing of it runs, and all of it is read apart.

``facts`` and ``child`` are read-only programs of the untrusted side: they stand on the standard library, and nobody
trusts their answers. All else is the trusted side. ``measure.measure`` is the way in, ``metrics`` what it measures.
"""
