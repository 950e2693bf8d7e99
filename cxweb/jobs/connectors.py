"""The jobs of the connectors that ask."""

from cxweb.actions.claim_pulls import claim_pulls
from cxweb.actions.pull_connector import pull_connector
from cxweb.actions.take_arrival import take_arrival
from cxweb.core.batch import stopping


def pull(name: str) -> None:
    for arrival in pull_connector(name):
        if not stopping():
            take_arrival(name, arrival)


def sweep() -> None:
    claim_pulls()
