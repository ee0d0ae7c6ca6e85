"""What is said to whoever asks for a record that became part of another."""

from foundation.errors import Conflict


class MergedAway(Conflict):
    """This record was merged into another, which stands for it now (`into_id`)."""

    def __init__(self, customer_id: int, into_id: int) -> None:
        super().__init__("customer_merged", f"This record was merged into record {into_id}; look there.")
        self.customer_id = customer_id
        self.into_id = into_id
