"""Records out of the house: any list as a table, and everything of the organisation as JSON Lines."""
