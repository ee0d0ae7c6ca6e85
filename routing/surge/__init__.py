"""Surge plans: what is lent to a set-up for a while. Pure Python, as the engine is."""
