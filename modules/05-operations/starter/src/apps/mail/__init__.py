"""E-mails to people, written with the deed that they are about and sent by a worker."""
