"""How work is done that nobody waits for: queues, retries, and what becomes of what fails."""
