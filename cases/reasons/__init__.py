"""Why customers contact: what is known at one moment, a model trained on the organisation's own contacts, and
how often it is right (docs/reasons.md)."""
