"""After any history the API tells what the rows say, before the rollups are counted anew and after."""

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxweb.core import clock
from tests.api.calling import Api
from tests.compared_figures import compare
from tests.histories import act_out, empty, no_cell_differs

# A thousand and more of them: `python -m bench.histories` (docs/assurance.md).
HISTORIES, LENGTH = 12, 22


@settings(
    max_examples=HISTORIES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_figures_are_those_of_the_rows_and_no_cell_differs(app: Flask, seed: int) -> None:
    history, api = act_out(seed, LENGTH), Api(app)
    try:
        compare(api, seed, history.now, 2)
        with clock.showing(history.now):
            assert no_cell_differs()
        compare(api, seed + 1, history.now, 3)
    finally:
        empty()
