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
    """What a rule of an address is taken apart into: it depends on the rule's text alone."""
    compiled: dict[tuple[object, ...], dict[str, Any]] = {}
    compile_ = Rule.compile

    def compile_once(rule: Rule) -> None:
        key = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, *(rule.defaults or {}).items())
        if key not in compiled:
            compile_(rule)
            compiled[key] = {name: vars(rule)[name] for name in ("_parts", "_trace", "_converters", "arguments")}
            for name in ("_build", "_build_unknown"):
                # A function that is bound to its rule.
                compiled[key][name] = vars(rule)[name].__func__
        for name, part in compiled[key].items():
            setattr(rule, name, part.__get__(rule) if name.startswith("_build") else part)

    Rule.compile = compile_once  # type: ignore[method-assign, assignment]


@pytest.fixture(scope="session", autouse=True)
def _hash_with_little_work() -> None:
    """Passwords are hashed as everywhere, with the least work that argon2 allows: what it costs is no matter here."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords.NOBODY = passwords.hashed("nobody's")
