"""A small store of rendered fragments: what a hundred boards show alike is rendered once in a process."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from flask import current_app

KEPT = 256


class _Fragments:
    """The fragments used last. One at a time is rendered, so that nobody renders what another thread is at."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.kept: OrderedDict[Hashable, str] = OrderedDict()

    def get(self, key: Hashable, render: Callable[[], str]) -> str:
        found = self.kept.get(key)
        if found is not None:
            return found
        with self.lock:
            if key not in self.kept:
                self.kept[key] = render()
                while len(self.kept) > KEPT:
                    self.kept.popitem(last=False)
            return self.kept[key]


def once(key: Hashable, render: Callable[[], str]) -> str:
    """The fragment of the key; rendered where it is not kept. The key says all that the fragment depends on."""
    fragments: _Fragments = current_app.extensions.setdefault("cxweb.fragments", _Fragments())
    return fragments.get(key, render)
