"""The product with a careless outbox, to show that a run tells: after a doubt a message is simply sent again."""

from importlib import import_module
from pkgutil import iter_modules

from cxweb.core import senders
from cxweb.core.senders.protocol import SendAgain


def apply() -> None:
    for found in iter_modules(senders.__path__):
        module = import_module(f"{senders.__name__}.{found.name}")
        for class_ in list(vars(module).values()):
            if isinstance(class_, type) and class_.__module__ == module.__name__ and hasattr(class_, "after_doubt"):
                make_careless(class_)


def make_careless(gateway: type) -> None:
    setattr(gateway, "after_doubt", lambda *_: SendAgain())  # noqa: B010 - the name is no attribute of `type`
    # Instances set it too, and are not heard.
    setattr(gateway, "resolves_doubt", property(lambda _: True, lambda *_: None))  # noqa: B010 - as above
