# FILE SOLUTION 05
"""Our own metrics, beside those that django-prometheus has of HTTP, the database and the cache."""

from prometheus_client import Counter, Histogram

tasks = Counter(
    "platform_tasks",
    "Tasks by outcome: succeeded, retried (it will come again), failed.",
    ["task", "outcome"],
)
task_duration = Histogram(
    "platform_task_duration_seconds",
    "How long tasks run, however they end.",
    ["task"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
dead_letters = Counter("platform_dead_letters", "Tasks that were given up.", ["task"])
posts_published = Counter("platform_posts_published", "Posts that came out.")
comments_submitted = Counter(
    "platform_comments_submitted", "Comments that began to wait."
)
comments_moderated = Counter(
    "platform_comments_moderated", "Comments by what was decided.", ["decision"]
)
logins = Counter(
    "platform_logins",
    "Attempts to log in: succeeded, failed, locked_out (refused unevaluated).",
    ["outcome"],
)
# BEGIN SOLUTION 06
second_factor_codes = Counter(
    "platform_second_factor_codes",
    "Codes of second factors: accepted, wrong, locked (refused unevaluated).",
    ["outcome"],
)
login_anomalies = Counter(
    "platform_login_anomalies", "Unusual log-ins that were reported.", ["kind"]
)
# END
