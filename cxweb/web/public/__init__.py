"""The URL table of the customer's pages, and of what watches over the service."""

from flask import Blueprint

from cxweb.web.public import health, hooks, looks, metrics, opt_out, privacy, security_txt, tracking, wall

blueprint = Blueprint("public", __name__)

blueprint.add_url_rule("/t/<token>", view_func=tracking.show)
blueprint.add_url_rule("/t/<token>", view_func=tracking.retell, methods=["POST"])
blueprint.add_url_rule("/t/<token>/rating", view_func=tracking.rate, methods=["POST"])
blueprint.add_url_rule("/hooks/<gateway>", view_func=hooks.receive, methods=["POST"])
blueprint.add_url_rule("/hooks/onfleet", view_func=hooks.prove)
blueprint.add_url_rule("/u/<token>", "opt_out", opt_out.show)
blueprint.add_url_rule("/u/<token>", view_func=opt_out.act, methods=["POST"])
blueprint.add_url_rule("/t/<token>/seen", view_func=tracking.seen, methods=["POST"])
blueprint.add_url_rule("/t/<token>/proof/<kind>", view_func=tracking.proof)
blueprint.add_url_rule("/privacy", "privacy", privacy.show)
blueprint.add_url_rule("/.well-known/security.txt", "security_txt", security_txt.show)
blueprint.add_url_rule("/logo/<digest>", view_func=looks.show_logo)
blueprint.add_url_rule("/colour/<colour>.css", view_func=looks.colour)
blueprint.add_url_rule("/healthz", view_func=health.alive)
blueprint.add_url_rule("/readyz", view_func=health.ready)
blueprint.add_url_rule("/wall/<token>", "wall", wall.show)
blueprint.add_url_rule("/wall/<token>/changes", "wall_changes", wall.changes)
blueprint.add_url_rule("/metrics", view_func=metrics.index)
