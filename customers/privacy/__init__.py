"""What a person may ask of the organisation that keeps their record: see everything, be forgotten; and what
the organisation must do unasked: keep nothing too long, keep what the law holds, know who looked."""
