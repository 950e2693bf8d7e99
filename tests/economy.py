"""What costs every test time and tells none of them anything: compiling the same again, and hashing slowly.

Each test makes an application of its own; compiling its routes and templates anew would be most of what a test does.
"""

from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Dialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from cxweb.accounts import passwords
from cxweb.core.db import db
from cxweb.web.templating import SpokenEnvironment


@pytest.fixture(scope="session")
def share_compiled_statements() -> Callable[[], None]:
    """Lets the open application's engines use what others compiled in this process, as one that lives long does."""
    # By the engine's name and its dialect's: a dialect that knows its server, and what was compiled for it.
    compiled: dict[tuple[str | None, str], tuple[Dialect, Any]] = {}

    def share() -> None:
        for name, engine in db.engines.items():
            kind = (name, engine.dialect.name)
            if kind not in compiled:
                # A dialect asks its server what it can when it first connects.
                engine.connect().close()
                compiled[kind] = engine.dialect, LRUCache(5_000)
            engine.dialect, engine._compiled_cache = compiled[kind]

    return share


@pytest.fixture(scope="session", autouse=True)
def _compile_templates_once() -> None:
    compiled: dict[tuple[object, ...], Any] = {}
    compile_ = SpokenEnvironment.compile

    def compile_once(env: SpokenEnvironment, source: Any, *rest: Any) -> Any:
        key = (env.spoken, source, *rest)
        if key not in compiled:
            compiled[key] = compile_(env, source, *rest)
        return compiled[key]

    SpokenEnvironment.compile = compile_once  # type: ignore[assignment]


@pytest.fixture(scope="session", autouse=True)
def _compile_routes_once() -> None:
    """The function with which a rule builds its address: it depends on the rule's text alone, and is given the rule."""
    built: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
    compile_ = Rule._compile_builder

    def compile_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        # Constants of a rule with defaults go through its own converters.
        if rule.defaults:
            return compile_(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in built:
            built[key] = compile_(rule, append_unknown)
        return built[key]

    Rule._compile_builder = compile_once  # type: ignore[assignment]


@pytest.fixture(scope="session", autouse=True)
def _hash_with_little_work() -> None:
    """Passwords are hashed as everywhere, with the least work that argon2 allows: what it costs is no matter here."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords.NOBODY = passwords.hashed("nobody's")
