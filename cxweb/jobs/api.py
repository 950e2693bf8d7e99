"""The jobs of the API: forgetting what it answered."""

from cxweb.actions.prune_answers import prune_answers


def prune() -> None:
    prune_answers()
