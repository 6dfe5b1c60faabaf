# FILE SOLUTION 06
"""Unusual log-ins: from where on, and what becomes of them."""

from config.settings.environment import comma_separated, env

# What an account is compared with; what is older is forgotten. As long as sessions and habits last,
# and no longer than addresses, which are personal data, are needed.
ANOMALY_HISTORY_DAYS = env.int("ANOMALY_HISTORY_DAYS", default=90)

# OWASP ASVS 4.0.3, 2.2.1: no more than 100 failed attempts an hour at one account.
ANOMALY_RATE_ATTEMPTS = env.int("ANOMALY_RATE_ATTEMPTS", default=100)
ANOMALY_RATE_SECONDS = env.float("ANOMALY_RATE_SECONDS", default=3600)

# Ours: people mistype a name or two, and an office behind one address has some who do so in ten
# minutes; a list of stolen passwords has thousands. THROTTLE_LOGIN lets 100 through in that time.
ANOMALY_STUFFING_NAMES = env.int("ANOMALY_STUFFING_NAMES", default=20)
ANOMALY_STUFFING_SECONDS = env.float("ANOMALY_STUFFING_SECONDS", default=600)

# Of these kinds the address (credential_stuffing) or the account (impossible_rate, new_address) is
# locked for so long. None by default: whoever locks accounts lets anybody lock anybody out, and
# whoever locks an address locks everybody behind it.
ANOMALY_LOCKS = comma_separated(env.str("ANOMALY_LOCKS", default=""))
ANOMALY_LOCK_SECONDS = env.float("ANOMALY_LOCK_SECONDS", default=15 * 60)

# One of a kind is reported once in so long.
ANOMALY_QUIET_SECONDS = env.float("ANOMALY_QUIET_SECONDS", default=3600)
