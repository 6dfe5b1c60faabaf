# FILE SOLUTION 06
"""The second factor: which one, how it is kept, and how many wrong codes are too many."""

from config.settings.environment import comma_separated, env

# An authentication.second_step.SecondStep.
SECOND_STEP = "mfa.second_step.CodeStep"

# What apps show above the code.
MFA_ISSUER = "Publishing platform"

# They encrypt the secrets of second factors: the first one new ones, the others what is older.
# Without any it is SECRET_KEY, and whoever changes that needs SECRET_KEY_FALLBACKS.
MFA_ENCRYPTION_KEYS = comma_separated(env.str("MFA_ENCRYPTION_KEYS", default=""))

# How long one may take from the password to the code.
MFA_CHALLENGE_SECONDS = env.float("MFA_CHALLENGE_SECONDS", default=300)

# So many wrong codes, and none is compared for so long. Three codes of a million are right at a
# time: this makes 480 guesses a day, of which one in 700 days is lucky. NIST SP 800-63B, 5.2.2,
# asks for fewer than 100 in a row.
MFA_FAILURE_LIMIT = env.int("MFA_FAILURE_LIMIT", default=5)
MFA_LOCKOUT_SECONDS = env.float("MFA_LOCKOUT_SECONDS", default=15 * 60)
