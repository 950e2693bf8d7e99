"""Figures for Prometheus, read from the database at each scrape: no process keeps any of its own."""

import hmac
from collections.abc import Iterator
from ipaddress import ip_address

from flask import Response, abort, current_app, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from cxweb.core import clock, queue
from cxweb.notifications.models import CHANNELS
from cxweb.notifications.queries import health
from cxweb.notifications.rules import Health, seconds
from cxweb.settings import Settings
from cxweb.web.exchange import Exchange, exchange

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


def index() -> Response:
    """401 without the token; 404 where none is set and the peer is not this machine."""
    settings: Settings = current_app.config["CXWEB"]
    if not _allowed(settings):
        if settings.metrics_token:
            return Response(status=401, headers={"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
        abort(404)
    registry = CollectorRegistry()
    registry.register(_Outbox(health(clock.now()), queue.answers()))
    registry.register(_Traffic(exchange(clock.now())))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _allowed(settings: Settings) -> bool:
    """Whoever knows the token; without one sent, a peer on this machine that no proxy stands before."""
    sent = request.headers.get("Authorization", "")
    if sent:
        kind, _, token = sent.partition(" ")
        known = hmac.compare_digest(token.strip().encode(), settings.metrics_token.encode())
        return bool(settings.metrics_token) and kind.lower() == "bearer" and known
    if settings.proxy_hops or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


class _Outbox(Collector):
    """The outbox's figures as metrics."""

    def __init__(self, found: Health, redis: bool) -> None:
        self.found, self.redis = found, redis

    def collect(self) -> Iterator[Metric]:
        found, age = self.found, seconds(self.found.oldest_pending)
        yield _labelled("cxweb_messages", "Messages on their way or in doubt, by state.", "state", dict(found.by_state))
        yield _gauge("cxweb_oldest_pending_seconds", "How long the oldest due message has waited.", age)
        yield _gauge("cxweb_messages_retrying", "Messages refused for now, to be tried again.", found.retrying)
        yield _gauge("cxweb_dead_leases", "Messages left by a process that died.", found.dead_leases)
        yield _gauge("cxweb_orders_without_message", "Completed orders without a row: must be 0.", found.unwritten)
        ended = dict(found.ended_lately)
        yield _labelled("cxweb_messages_ended_last_day", "Messages that ended, by how.", "state", ended)
        reasons = dict(found.suppressed_lately)
        yield _labelled("cxweb_messages_suppressed_last_day", "Messages not sent, by reason.", "reason", reasons)
        resting = {channel: int(channel in {rest.channel for rest in found.resting}) for channel in CHANNELS}
        yield _labelled("cxweb_gateway_resting", "Whether a gateway is given a rest.", "channel", resting)
        yield _gauge("cxweb_redis_up", "Whether Redis answers.", int(self.redis))


class _Traffic(Collector):
    """What goes to and comes from other systems, as metrics."""

    def __init__(self, found: Exchange) -> None:
        self.found = found

    def collect(self) -> Iterator[Metric]:
        found, webhooks = self.found, self.found.webhooks
        oldest = seconds(webhooks.oldest_due)
        yield _gauge("cxweb_webhook_oldest_due_seconds", "How long the oldest due event has waited.", oldest)
        yield _gauge("cxweb_webhooks_failing", "Webhooks that are on and whose server fails.", webhooks.failing)
        yield _gauge("cxweb_webhooks_given_up", "Webhooks switched off because they kept failing.", webhooks.given_up)
        yield _gauge("cxweb_webhook_events_failed_last_day", "Events given up.", webhooks.failed_lately)
        yield _gauge("cxweb_imports_stuck", "Imports that have stood still for over 5 minutes.", found.stuck_imports)
        heard = {name: seconds(ago) for name, ago in found.heard.items() if ago is not None}
        text = "How long ago a connector that is on last heard of its system."
        yield _labelled("cxweb_connector_heard_seconds", text, "connector", heard)
        silent = {name: int(name in found.silent) for name in found.heard}
        yield _labelled("cxweb_connector_silent", "Whether its system does not answer.", "connector", silent)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _labelled(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
