"""A member of the staff chooses what their live board shows."""

from cxweb.accounts.rules import Staff
from cxweb.boards.models import BoardChoice
from cxweb.core.db import transaction


def choose_board(*, hides_rating: bool, by: Staff) -> None:
    """Remember whether the rating column is hidden."""
    with transaction() as opened:
        opened.merge(BoardChoice(user_id=by.id, hides_rating=hides_rating))
