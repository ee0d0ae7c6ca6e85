"""The demo: a travel-magazine publisher whose digital edition a partner runs, and a stranger company.

One module per part of the house; `manage.py seed_demo` writes them in order. Everything is drawn from one
seeded generator, so every installation gets the same people; only passwords and keys are its own. Numbers
are from the ranges reserved for fiction, mail addresses at reserved domains.
"""
