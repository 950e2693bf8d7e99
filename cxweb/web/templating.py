"""Templates compiled once a language: a message without values is translated when its template is compiled."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from cxweb.core import i18n


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
        tree = super()._parse(source, name, filename)
        if self.spoken is not None:
            with i18n.speaking(self.spoken):
                _Translator().visit(tree)
        return tree

    def _speaking(self, language: str) -> "SpokenEnvironment":
        overlays: dict[str, SpokenEnvironment] = self.__dict__.setdefault("_overlays", {})
        if language not in overlays:
            overlay: SpokenEnvironment = self.overlay()
            overlay.spoken = language
            overlays[language] = overlay
        return overlays[language]


class _Translator(NodeTransformer):
    """Replaces `_("message")` by the translated text, and `language()` by the language."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return node
        if node.node.name == "language":
            return nodes.Const(i18n.language(), lineno=node.lineno)
        if node.node.name not in {"_", "gettext"} or len(node.args) != 1 or not isinstance(node.args[0], nodes.Const):
            return node
        # Newstyle gettext gives markup in which `%%` stands for a percent sign.
        return nodes.Const(Markup(i18n.gettext(node.args[0].value)) % {}, lineno=node.lineno)  # noqa: S704 - our own text
