"""Moves the demo on."""

from cxweb.actions.advance_demo import advance_demo


def advance() -> None:
    advance_demo()
