"""Real PostgreSQL and Redis of a submission's own, and the relay that carries its connections to them."""
