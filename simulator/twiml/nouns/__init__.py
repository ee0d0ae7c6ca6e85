"""Whom <Dial> can dial."""
