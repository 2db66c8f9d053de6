"""Letters on their way from the outbox to a mail server."""
