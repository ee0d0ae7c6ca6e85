"""When an organisation, a partner or a queue is open."""
