"""Who is there: sessions, tokens, registration and passwords."""
