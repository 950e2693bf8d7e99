"""OptimoRoute's web service as its public reference describes it, as far as the connector asks it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cxweb.integrations import optimoroute
from tests.webhook_server import WebhookServer

KEY = "0123456789abcdefK3y"


class OptimoRoute:
    """Holds orders; `page` of them come at a time. A call with another key is refused as the service does."""

    def __init__(self, server: WebhookServer) -> None:
        self.server = server
        self.orders: dict[str, dict[str, Any]] = {}
        self.page = 500
        server.bodies = {
            "/v1/search_orders": self._search,
            "/v1/get_completion_details": self._details,
        }

    def add(self, order_no: str, status: str, ended: float | None = None, **data: Any) -> None:
        """An order; `ended` in seconds since 1970."""
        self.orders[f"id-{order_no}"] = {"orderNo": order_no, "status": status, "ended": ended, "data": data}

    def _refused(self) -> dict[str, Any] | None:
        key = parse_qs(urlsplit(self.server.heard[-1].path).query).get("key", [""])[0]
        return None if key == KEY else {"success": False, "code": "AUTH_KEY_UNKNOWN", "message": f"no key {key}"}

    def _search(self, body: dict[str, Any]) -> dict[str, Any]:
        if (refused := self._refused()) is not None:
            return refused
        assert set(body) <= {"dateRange", "includeOrderData", "includeScheduleInformation", "after_tag"}
        start = int(body.get("after_tag", "0"))
        ids = list(self.orders)[start : start + self.page]
        more = {"after_tag": str(start + self.page)} if start + self.page < len(self.orders) else {}
        return {"success": True, "orders": [self._order(id_) for id_ in ids], **more}

    def _order(self, id_: str) -> dict[str, Any]:
        order = self.orders[id_]
        data = {
            "orderNo": order["orderNo"],
            "date": "2026-11-17",
            "type": "D",
            "location": {"address": "12 rue des Lilas, Lyon", "locationName": "Nadia Benkirane", "locationNo": ""},
            "timeWindows": [{"twFrom": "08:00", "twTo": "10:00"}],
            "email": "nadia@example.com",
            "phone": "+33639980001",
            "notes": "",
            **order["data"],
        }
        schedule = {
            "driverExternalId": "D-7",
            "driverSerial": "007",
            "driverName": "Karim Benali",
            "stopNumber": 3,
            "scheduledAt": "08:45",
            "scheduledAtDt": "2026-11-17 08:45:00",
        }
        return {"id": id_, "data": data, "scheduleInformation": schedule}

    def _details(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._refused() or {"success": True, "orders": [self._detail(each["id"]) for each in body["orders"]]}

    def _detail(self, id_: str) -> dict[str, Any]:
        order = self.orders[id_]
        data: dict[str, Any] = {"status": order["status"], "form": {"note": "nobody at home"}}
        if order["ended"]:
            stamp = {"unixTimestamp": int(order["ended"]), "utcTime": "", "localTime": ""}
            data |= {"startTime": stamp, "endTime": stamp}
        return {"success": True, "id": id_, "orderNo": order["orderNo"], "data": data}


@pytest.fixture
def optimo(webhook_server: WebhookServer, monkeypatch: pytest.MonkeyPatch) -> OptimoRoute:
    """The service, at the address the connector calls."""
    monkeypatch.setattr(optimoroute, "ADDRESS", webhook_server.url("/v1/"))
    return OptimoRoute(webhook_server)
