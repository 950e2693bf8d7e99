"""OptimoRoute: asked every two minutes for the orders of yesterday and today, and for how each of them went."""

# A connector that asks is one function, `pull`. It gets `ask`, which calls a method of the other system by name, and
# gives an Arrival for each order. The key, the time-outs, leaving out what is known already and taking the order in are
# `actions/pull_connector` and `actions/take_arrival`, the same for all.

from collections.abc import Iterator
from datetime import date, timedelta, tzinfo

from cxweb.intake.rules import CustomerFields, DriverFields, OrderFields
from cxweb.integrations.rules import (
    Arrival,
    Ask,
    Json,
    NotUnderstood,
    instant_of,
    object_of,
    objects_of,
    ref_of,
    text_of,
    wall_of,
)

ADDRESS = "https://api.optimoroute.com/v1/"
# A call gives and takes 500 orders; nobody has more pages of them in two days.
MOST_PAGES = 100
STATUSES = {
    "unscheduled": "planned",
    "scheduled": "planned",
    "on_route": "on_the_way",
    "servicing": "arrived",
    "success": "completed",
    "failed": "failed",
    "rejected": "failed",
    "cancelled": "cancelled",
}
KINDS = {"D": "delivery", "P": "pickup", "T": "task"}


def pull(ask: Ask, start: date, end: date, zone: tzinfo) -> Iterator[Arrival]:
    """The orders of these days as they stand. Raises NotUnderstood, and what `ask` does."""
    for page in _pages(ask, start, end):
        details = _details(ask, [str(order["id"]) for order in page]) if page else {}
        for order in page:
            yield _arrival(order, details.get(str(order["id"]), {}), zone)


def _pages(ask: Ask, start: date, end: date) -> Iterator[list[Json]]:
    wanted: dict[str, object] = {"dateRange": {"from": start.isoformat(), "to": end.isoformat()}}
    wanted |= {"includeOrderData": True, "includeScheduleInformation": True}
    for _ in range(MOST_PAGES):
        answer = _succeeded(ask("search_orders", wanted))
        yield [order for order in objects_of(answer, "orders") if order.get("id")]
        if not answer.get("after_tag"):
            return
        wanted["after_tag"] = answer["after_tag"]
    raise NotUnderstood("search_orders gives page after page")


def _details(ask: Ask, ids: list[str]) -> dict[str, Json]:
    """How each order went, by its id there."""
    answer = _succeeded(ask("get_completion_details", {"orders": [{"id": each} for each in ids]}))
    return {
        str(each.get("id")): object_of(each, "data") for each in objects_of(answer, "orders") if each.get("success")
    }


def _succeeded(answer: Json) -> Json:
    if answer.get("success") is not True:
        raise NotUnderstood(text_of(answer, "code") or "the answer says no success")
    return answer


def _arrival(order: Json, details: Json, zone: tzinfo) -> Arrival:
    data, schedule = object_of(order, "data"), object_of(order, "scheduleInformation")
    status = STATUSES.get(str(details.get("status")))
    times = object_of(details, "endTime") or object_of(details, "startTime")
    started = object_of(details, "startTime")
    at = instant_of(started if status == "arrived" else times, "unixTimestamp")
    reason = text_of(object_of(details, "form"), "note", 500) if status == "failed" else None
    return Arrival(text_of(data, "orderNo", 64) or "", _fields(data, schedule, zone), status, at, reason)


def _fields(data: Json, schedule: Json, zone: tzinfo) -> OrderFields:
    place = object_of(data, "location")
    window = next(iter(objects_of(data, "timeWindows")), {})
    # Local times of the account, which is taken to be in the company's or depot's zone.
    day, _, clock = (text_of(schedule, "scheduledAtDt") or "").partition(" ")
    customer = CustomerFields(
        name=text_of(place, "locationName"), email=text_of(data, "email"), phone=text_of(data, "phone")
    )
    fields = OrderFields(
        address_line=text_of(place, "address"),
        promised_from=wall_of(data.get("date"), window.get("twFrom"), zone),
        promised_to=wall_of(data.get("date"), window.get("twTo"), zone),
        eta=wall_of(day, clock, zone),
    )
    if any(customer.values()):
        fields["customer"] = customer
    driver = text_of(schedule, "driverExternalId") or text_of(schedule, "driverSerial")
    if driver:
        fields["drivers"] = [DriverFields(ref=ref_of(driver), name=text_of(schedule, "driverName"))]
    if data.get("type") in KINDS:
        fields["channel"] = KINDS[str(data["type"])]
    return fields


def days_of(today: date) -> tuple[date, date]:
    """The days that are asked for: what a driver reports late in the evening belongs to yesterday."""
    return today - timedelta(days=1), today
