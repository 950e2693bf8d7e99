"""An import tells other systems of what it completed within the last day, where it is asked to, and once."""

from datetime import UTC, datetime
from pathlib import Path

from cxweb.actions.import_orders import import_orders
from cxweb.core import clock
from tests.factories import Factory
from tests.files import Folder, done, planned
from tests.webhook_server import WebhookServer
from tests.webhooks import endpoint, log


def test_only_the_last_day_and_only_on_demand(tmp_path: Path, make: Factory, webhook_server: WebhookServer) -> None:
    folder = Folder(tmp_path)
    mine, _ = endpoint(webhook_server)
    file = folder.orders(done("NEW"), done("OLD", done="01/10/2026 21:59"), planned("P"))
    with clock.showing(datetime(2026, 10, 2, 20, 0, tzinfo=UTC)):
        import_orders(file, folder.orders_mapping, report=folder.report)
        assert log(mine) == []
        for _ in range(2):
            import_orders(file, folder.orders_mapping, report=folder.report, send=True)
    assert [each.data["order"]["ref"] for each in log(mine)] == ["NEW"]
