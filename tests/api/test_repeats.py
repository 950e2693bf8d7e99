"""Idempotency-Key: a request that is sent again gets the answer it got, whoever sends what at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from cxweb.accounts.models import KeptAnswer
from cxweb.actions.claim_answer import claim_answer
from cxweb.actions.prune_answers import prune_answers
from cxweb.core import clock, tokens
from cxweb.core.db import session
from cxweb.orders.models import StatusChange
from tests.api.calling import Api
from tests.pictures import photographed


@pytest.fixture
def api(app: Flask) -> Api:
    found = Api(app)
    found.call("PUT", "/orders/A-1", {"notify": "none", "customer": {"name": "Zoé Secrète"}})
    return found


def steps() -> int:
    return session().scalar(select(func.count(StatusChange.id))) or 0


def test_the_same_key_and_body_get_the_same_answer_and_nothing_happens_twice(api: Api) -> None:
    first = api.call("POST", "/orders/A-1/status", {"status": "on_the_way"}, Idempotency_Key="k-1")
    api.call("POST", "/orders/A-1/status", {"status": "completed"})
    again = api.call("POST", "/orders/A-1/status", {"status": "on_the_way"}, Idempotency_Key="k-1")
    assert again == first
    assert again[1]["status"] == "on_the_way"
    assert api.call("GET", "/orders/A-1")[1]["status"] == "completed"
    refused = api.call("POST", "/orders/A-1/status", {"status": "planned"}, Idempotency_Key="k-2")
    assert refused[0] == 409
    assert api.call("POST", "/orders/A-1/status", {"status": "planned"}, Idempotency_Key="k-2") == refused


def test_the_same_key_with_another_request_is_refused_and_another_programs_key_is_its_own(app: Flask, api: Api) -> None:
    body = {"status": "on_the_way"}
    assert api.call("POST", "/orders/A-1/status", body, Idempotency_Key="k")[0] == 200
    code, refused = api.call("POST", "/orders/A-1/status", {"status": "arrived"}, Idempotency_Key="k")
    assert (code, refused["errors"][0]["pointer"]) == (422, "Idempotency-Key")
    assert api.call("POST", "/orders/bulk", {"orders": [{"ref": "B"}]}, Idempotency_Key="k")[0] == 422
    assert Api(app).call("POST", "/orders/A-1/status", {"status": "arrived"}, Idempotency_Key="k")[0] == 200
    for bad in ("x" * 256, "é", ""):
        assert api.call("POST", "/orders/A-1/status", body, Idempotency_Key=bad)[0] == 422


def test_a_photo_sent_again_with_other_boundaries_is_the_same_request(api: Api) -> None:
    answers = []
    for boundary in ("one", "two"):
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="photo"; filename="p"\r\n\r\n'.encode()
        data = BytesIO(part + photographed() + f"\r\n--{boundary}--\r\n".encode())
        headers = {
            **api.headers,
            "Idempotency-Key": "proof",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        }
        answers.append(api.client.post("/api/v1/orders/A-1/proof", data=data.getvalue(), headers=headers))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_data() == answers[1].get_data()


def test_eight_at_once_are_worked_on_once_and_all_get_one_answer(app: Flask, api: Api) -> None:
    before, together = steps(), Barrier(8)

    def send(_number: int) -> tuple[int, bytes]:
        with app.app_context():
            client = app.test_client()
            together.wait()
            headers = {**api.headers, "Idempotency-Key": "same"}
            answer = client.post("/api/v1/orders/A-1/status", json={"status": "on_the_way"}, headers=headers)
            return answer.status_code, answer.get_data()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    assert len(answers) == 1
    assert answers.pop()[0] == 200
    assert steps() == before + 1


def test_a_request_whose_holder_died_is_worked_on_anew_after_its_lease(api: Api) -> None:
    digest = tokens.keyed_digest("only-for-tests", "dead")
    body = {"status": "on_the_way"}
    assert api.call("POST", "/orders/A-1/status", body, Idempotency_Key="x")[0] == 200
    request = session().scalars(select(KeptAnswer.request)).one()
    assert claim_answer(api.id, digest, request) is None
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=True):
        assert api.call("POST", "/orders/A-1/status", body, Idempotency_Key="dead")[0] == 200


def test_an_answer_is_forgotten_after_a_day_and_no_address_is_kept_in_clear(api: Api) -> None:
    assert api.call("POST", "/orders/A-1/status", {"status": "on_the_way"}, Idempotency_Key="k")[0] == 200
    row = session().execute(select(KeptAnswer.digest, KeptAnswer.request)).one()
    assert row.digest != "k"
    assert len(row.request) == 64
    assert prune_answers() == 0
    with time_machine.travel(clock.now() + timedelta(hours=24), tick=True):
        # Not pruned yet, and all the same forgotten.
        assert api.call("POST", "/orders/A-1/status", {"status": "arrived"}, Idempotency_Key="k")[0] == 200
    with time_machine.travel(clock.now() + timedelta(hours=49), tick=True):
        assert prune_answers() == 1
    assert session().scalar(select(func.count()).select_from(KeptAnswer)) == 0
