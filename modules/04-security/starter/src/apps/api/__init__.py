"""What every part of the HTTP API shares: who asks, how errors look, pages, conditions."""
