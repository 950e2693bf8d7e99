"""What about a post may mean that it was not the customer's."""

from flask import request

from cxweb.company.queries import settings
from cxweb.ratings.rules import Circumstances
from cxweb.web.session import comes_with_staff


def circumstances() -> Circumstances:
    """Of the post that is being answered."""
    return Circumstances(comes_with_staff(), settings().is_own_address(request.remote_addr or ""))
