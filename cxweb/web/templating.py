"""Templates compiled once a language: a message without values is translated when its template is compiled."""

import re
from collections.abc import Callable, MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from cxweb.core import i18n

# A stylesheet or script of our own, as every template writes them.
_LOADED = re.compile(r"""(<link rel="stylesheet" href|<script src)="\{\{ static_url\(([^}]+)\) \}\}"(?! integrity)""")


class SpokenEnvironment(Environment):
    """Flask's Jinja environment, with one overlay a language that holds that language's compiled templates.

    Looking each message up at every request costs more than everything else the customer's page does.
    """

    spoken: str | None = None

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain dictionary: copying Jinja's chain of them costs a tenth of the customer's page."""
        return {**self.globals, **(d or {})}

    def _load_template(self, name: str, globals: Any) -> Template:
        if self.spoken is not None:
            return super()._load_template(name, globals)
        return self._speaking(i18n.language())._load_template(name, globals)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(with_integrity(source), name, filename)
        if self.spoken is not None:
            with i18n.speaking(self.spoken):
                _Translator(self).visit(tree)
        return tree

    def _speaking(self, language: str) -> "SpokenEnvironment":
        overlays: dict[str, SpokenEnvironment] = self.__dict__.setdefault("_overlays", {})
        if language not in overlays:
            overlay: SpokenEnvironment = self.overlay()
            overlay.spoken = language
            overlays[language] = overlay
        return overlays[language]


def with_integrity(source: str) -> str:
    """A template in which each stylesheet and script of our own comes with the hash that browsers check it by."""
    return _LOADED.sub(r'\1="{{ static_url(\2) }}" integrity="{{ static_hash(\2) }}"', source)


class _Translator(NodeTransformer):
    """Replaces what is the same at every request by its value: `_("message")`, `language()`, `static_url("file")`."""

    def __init__(self, env: SpokenEnvironment) -> None:
        self.env = env
        self.static_url: Callable[[str], str] = env.globals["static_url"]  # type: ignore[assignment]
        self.static_hash: Callable[[str], str] = env.globals["static_hash"]  # type: ignore[assignment]

    def visit_Include(self, node: nodes.Include) -> nodes.Node | list[nodes.Node]:
        """Put the customer's partials in their place: a context made for each costs as much as the query."""
        name = node.template.value if isinstance(node.template, nodes.Const) else ""
        if not name.startswith("public/") or self.env.loader is None:
            return node
        source, filename, _ = self.env.loader.get_source(self.env, name)
        return self.env._parse(source, name, filename).body

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return node
        arguments = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
        if len(arguments) != len(node.args):
            return node
        match node.node.name, arguments:
            case "language", []:
                return nodes.Const(i18n.language(), lineno=node.lineno)
            case "static_url", [name]:
                return nodes.Const(self.static_url(name), lineno=node.lineno)
            case "static_hash", [name]:
                return nodes.Const(self.static_hash(name), lineno=node.lineno)
            case (("_" | "gettext"), [message]):
                # Newstyle gettext gives markup in which `%%` stands for a percent sign.
                return nodes.Const(Markup(i18n.gettext(message)) % {}, lineno=node.lineno)  # noqa: S704 - our own text
        return node
