"""How much each key may ask in a minute, and the headers that say what is left of it."""

from flask import Response, after_this_request, current_app

from cxweb.accounts.rules import Client
from cxweb.company.queries import settings
from cxweb.core.counters import WINDOW_S, Counters
from cxweb.web.api.problems import problem


def counted(client: Client) -> Response | None:
    """Count a request of the key; what it is answered where it is one too many."""
    counters: Counters = current_app.extensions["cxweb.limits"]
    most = settings().api_per_minute
    asked, left_s = counters.tally(f"key {client.key_id}")
    headers = {
        "RateLimit-Policy": f'"key";q={most};w={WINDOW_S}',
        "RateLimit": f'"key";r={max(most - asked, 0)};t={left_s}',
    }

    def tell(response: Response) -> Response:
        response.headers.update(headers)
        return response

    after_this_request(tell)
    if asked <= most:
        return None
    headers["Retry-After"] = str(left_s)
    return problem(429, f"This key may ask {most:,} times a minute. Try again in {left_s} seconds.")
