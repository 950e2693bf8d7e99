"""The jobs that tell other systems what happened."""

from cxweb.actions.prune_webhooks import prune_webhooks
from cxweb.actions.send_webhooks import send_webhooks
from cxweb.actions.sweep_webhooks import sweep_webhooks
from cxweb.actions.tell_of_given_up_webhook import tell_of_given_up_webhook
from cxweb.core.batch import each
from cxweb.webhooks.queries import untold


def send(endpoint_id: int) -> None:
    send_webhooks(endpoint_id)


def sweep() -> None:
    for endpoint_id in sweep_webhooks():
        # A slow server may not keep the sweeper from what else it does.
        send_webhooks(endpoint_id, longest_s=2.0)


def tell() -> None:
    each(tell_of_given_up_webhook, untold())


def prune() -> None:
    prune_webhooks()
