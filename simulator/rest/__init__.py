"""The REST resources of 2010-04-01 that a contact center uses."""
