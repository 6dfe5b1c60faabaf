# FILE SOLUTION 05
"""Two roles of the database: one owns the tables and migrates, another one runs the application."""

from config.settings.environment import env

# Set where migrations run, beside a DATABASE_URL of the owner: after each `migrate` this role may
# do what the application needs, and nothing to triggers, tables and what is in the audit log.
# Empty: there is no second role.
DATABASE_RUNTIME_ROLE = env.str("DATABASE_RUNTIME_ROLE", default="")
# If given, the role is made, or gets this password; otherwise it has to be there.
DATABASE_RUNTIME_PASSWORD = env.str("DATABASE_RUNTIME_PASSWORD", default="")
