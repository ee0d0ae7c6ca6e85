"""Whether somebody may be contacted, for what, how and when: what they said, and what we keep to."""
