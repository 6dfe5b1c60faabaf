# FILE SOLUTION 05
"""How long a cache may take, and what it remembers."""

from config.settings.environment import env

CACHE_TIMEOUT_SECONDS = env.float("CACHE_TIMEOUT_SECONDS", default=0.5)
# For so long nobody asks a Redis that did not answer. Short enough for /ready to notice its return.
CACHE_CIRCUIT_SECONDS = env.float("CACHE_CIRCUIT_SECONDS", default=3)
# How long an answer to the public is remembered; 0: not at all.
FEED_CACHE_SECONDS = env.float("FEED_CACHE_SECONDS", default=60)
