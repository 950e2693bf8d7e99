"""Somebody wants to sign in at the provider: they are sent there with what has to come back."""

from cxweb.actions.steps.sign_in_challenges import give_challenge
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.oidc import Provider, ProviderDown, ceremony_of

__all__ = ["ProviderDown", "ask_provider"]


def ask_provider(provider: Provider, key: str, back: str) -> tuple[str, str]:
    """The state that has to come back to the address `back`, and where the browser goes. Raises ProviderDown."""
    with transaction():
        state = give_challenge("provider", None, clock.now())
    return state, provider.address(ceremony_of(state, key, back))
