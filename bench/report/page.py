"""The whole page of the report as a signed-in person gets it: session, queries, words and template."""

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Flask

from bench.board.day import sign_in
from cxweb.analytics.filters import ReportFilter

REPORT = "/admin/analytics/feedback"


def pages(app: Flask, periods: dict[str, ReportFilter]) -> dict[tuple[str, str], Callable[[], int]]:
    """For each view of the report and each period, what gets it and tells its length."""
    client, cookie = app.test_client(use_cookies=False), sign_in(app, None)

    def getting(by: str, chosen: ReportFilter) -> Callable[[], int]:
        asked = {"by": by}
        if chosen.start and chosen.end:
            asked |= {"from": chosen.start.isoformat(), "to": chosen.end.isoformat()}

        def get() -> int:
            answer = client.get(f"{REPORT}?{urlencode(asked)}", headers={"Cookie": cookie})
            assert answer.status_code == 200, answer.status
            return len(answer.data)

        return get

    views = {"page by date": "", "page by driver": "driver"}
    return {(view, name): getting(by, chosen) for view, by in views.items() for name, chosen in periods.items()}
