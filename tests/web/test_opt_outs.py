"""The staff's list of who gets no messages: looking up, by hand, from a file, out again, and for whom it is."""

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from cxweb.accounts.rules import ForbiddenAct
from cxweb.actions.add_to_opt_outs import add_to_opt_outs
from cxweb.actions.export_opt_outs import export_opt_outs
from cxweb.actions.import_opt_outs import import_opt_outs
from cxweb.actions.lift_opt_out import lift_opt_out
from cxweb.actions.steps.add_opt_out import add_opt_out
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session, transaction
from cxweb.notifications.models import OptOut
from cxweb.notifications.queries import opted_out
from tests.factories import Factory
from tests.page import Client

HERE = "/admin/messages/opt-outs"


@pytest.fixture
def staff(client: Client, make: Factory) -> Client:
    client.sign_in(make.user("relations", language="en").email)
    return client


def stored() -> list[tuple[str, str | None, str]]:
    rows = session().execute(select(OptOut.channel, OptOut.contact, OptOut.source).order_by(OptOut.id))
    return [(channel, contact, source) for channel, contact, source in rows]


def put(*contacts: str) -> None:
    with transaction():
        for contact in contacts:
            add_opt_out("email" if "@" in contact else "sms", contact, "link", "customer")


def uploaded(staff: Client, data: bytes) -> TestResponse:
    form: dict[str, Any] = {"file": (BytesIO(data), "list.csv")}
    return staff.submit(HERE, form, action=f"{HERE}/import")


def acts() -> list[tuple[str, str]]:
    rows = session().execute(select(AuditEntry.act, AuditEntry.actor).where(AuditEntry.act.startswith("opt_out")))
    return [(act, actor.partition(":")[0]) for act, actor in rows]


def test_an_empty_list_says_how_it_fills(staff: Client) -> None:
    page = staff.get(HERE).text
    assert "Nobody is on the list yet" in page
    assert "Export" not in page


def test_a_contact_is_put_on_the_list_by_hand_once(staff: Client) -> None:
    for said in ("From now on nothing is sent there", "It is on the list already"):
        answer = staff.submit(HERE, {"contact": " Ann@Example.COM "})
        assert answer.location == HERE
        assert said in staff.get(HERE).text
    staff.submit(HERE, {"contact": "06 12 34 56 78"})
    assert stored() == [("email", "Ann@example.com", "staff"), ("sms", "+33612345678", "staff")]
    assert acts() == [("opt_out.added", "user")] * 2


@pytest.mark.parametrize("typed", ["", "nobody", "a@", "12", "<script>@x"])
def test_what_is_no_contact_is_refused_at_its_field_and_kept(staff: Client, typed: str) -> None:
    answer = staff.submit(HERE, {"contact": typed})
    assert answer.status_code == 422
    assert 'aria-invalid="true" aria-describedby="contact-error"' in answer.text
    assert "neither an e-mail address nor a phone number. Nothing was changed." in answer.text
    assert stored() == []


def test_the_list_is_paged_newest_first_and_searched_by_the_whole_contact(staff: Client) -> None:
    put(*(f"a{number}@example.com" for number in range(60)))
    page = staff.get(HERE).text
    assert page.index("a59@") < page.index("a58@")
    assert "50 of 60" in page
    assert "a9@example" not in page
    cursor = page.partition(f'href="{HERE}?cursor=')[2].partition('"')[0]
    assert "a9@example" in staff.get(f"{HERE}?cursor={cursor}").text
    assert staff.get(f"{HERE}?cursor=nonsense").status_code == 404
    found = staff.get(f"{HERE}?q=A9@EXAMPLE.com").text
    assert "a9@example" in found
    assert "a59@" not in found
    assert "Not on the list" in staff.get(f"{HERE}?q=other@example.com").text
    assert "Search for a whole e-mail address" in staff.get(f"{HERE}?q=a9").text


def test_an_erased_contact_is_still_found_by_its_digest(staff: Client) -> None:
    put("ann@example.com")
    with transaction() as opened:
        opened.scalars(select(OptOut)).one().contact = None
    assert "erased; still gets none" in staff.get(f"{HERE}?q=ann@example.com").text


def test_taking_off_the_list_needs_a_reason_and_is_on_record(staff: Client) -> None:
    put("ann@example.com")
    path = f"{HERE}/{session().scalars(select(OptOut)).one().id}/remove"
    for reason in ("", "because"):
        answer = staff.submit(HERE, {"reason": reason}, action=path)
        assert answer.status_code == 422
        assert "Say why" in answer.text
    assert opted_out("email", "ann@example.com")
    for said in ("Taken off the list", "It was off the list already"):
        staff.submit(HERE, {"reason": "wanted"}, action=path)
        assert said in staff.get(HERE).text
    assert not opted_out("email", "ann@example.com")
    entry = session().scalars(select(AuditEntry).where(AuditEntry.act == "opt_out.removed")).one()
    assert entry.details == {"channel": "email", "source": "link", "reason": "wanted"}


def test_a_file_is_taken_row_by_row_and_refused_rows_are_named(staff: Client) -> None:
    data = (
        '\ufeffName;E-mail;Phone\r\n"Ann\r\nof Lyon";ann@example.com;\r\nBob;;06 12 34 56 78\r\n'
        "Eve;eve@;\r\n\r\nNobody;;\r\nBoth;both@example.com;12\r\nAgain;ANN@example.com;\r\n"
    ).encode()
    page = uploaded(staff, data)
    assert page.status_code == 200
    for text in ("2 contacts were put on the list", "1 stood there already", "Lines 5, 8", "Line 7"):
        assert text in page.text, text
    assert stored() == [("email", "ann@example.com", "import"), ("sms", "+33612345678", "import")]
    assert acts() == [("opt_out.imported", "user")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "must name a column"),
        (b"name,town\nAnn,Lyon\n", "must name a column"),
        (b"PK\x03\x04\x00\x00", "no CSV file"),
        ("e-mail\nann@example.com\n".encode("utf-16"), "no CSV file"),
        (b"phone\n" + b"1\n" * 5_001, "5,000 rows"),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(staff: Client, data: bytes, said: str) -> None:
    answer = uploaded(staff, data)
    assert answer.status_code == 422
    assert said in answer.text
    assert stored() == []


def test_five_thousand_rows_fit_into_one_request_and_more_than_a_megabyte_does_not(staff: Client) -> None:
    rows = "".join(f"somebody.with.a.long.name.{number}@a-long-domain.example.com\n" for number in range(5_000))
    page = uploaded(staff, f"e-mail\n{rows}".encode())
    assert page.status_code == 200
    assert "5,000 contacts were put on the list" in page.text
    long = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        + b"x" * 1_100_000
        + b"\r\n--x--\r\n"
    )
    assert staff.post(f"{HERE}/import", long, content_type="multipart/form-data; boundary=x").status_code == 413


def test_a_spreadsheets_cells_and_quotes_do_not_break_the_reading(staff: Client) -> None:
    page = uploaded(staff, 'téléphone\n"+33 6 12 34 56 79"\n"06 12"" 3"\n"open\n'.encode("latin-1"))
    assert "1 contact was put on the list" in page.text
    assert stored() == [("sms", "+33612345679", "import")]


def test_the_export_holds_no_formula_and_comes_back_by_the_import(staff: Client, make: Factory) -> None:
    put("+33612345678", "ann@example.com", "=cmd@example.com", "gone@example.com")
    with transaction() as opened:
        opened.scalars(select(OptOut).where(OptOut.contact == "gone@example.com")).one().contact = None
    answer = staff.flask.get(f"{HERE}/export")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="opt-outs-20')
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "e-mail,phone,since,source"
    assert [line.split(",")[:2] for line in lines[1:]] == [
        ["", "'+33612345678"], ["ann@example.com", ""], ["'=cmd@example.com", ""],
    ]  # fmt: skip
    assert acts() == [("opt_out.exported", "user")]
    with transaction() as opened:
        for row in opened.scalars(select(OptOut)):
            opened.delete(row)
    assert "3 contacts were put on the list" in uploaded(staff, answer.data).text
    assert stored()[0][:2] == ("sms", "+33612345678")


def test_who_sees_a_part_of_the_company_looks_up_and_changes_nothing(client: Client, make: Factory) -> None:
    put("ann@example.com", "bob@example.com")
    person = make.user("admin", make.depot("N"), language="en")
    client.sign_in(person.email)
    page = client.get(HERE).text
    assert "ann@" not in page
    assert "The list is the whole company’s" in page
    found = client.get(f"{HERE}?q=ann@example.com").text
    assert "ann@example.com" in found
    assert "bob@" not in found
    row = session().scalars(select(OptOut)).first()
    assert row is not None
    for path in (HERE, f"{HERE}/import", f"{HERE}/{row.id}/remove"):
        assert (
            client.submit(
                "/admin/components", {"reason": "wanted", "contact": "x@example.com"}, action=path
            ).status_code
            == 403
        )
    assert client.get(f"{HERE}/export").status_code == 403
    assert len(stored()) == 2
    with pytest.raises(ForbiddenAct):
        add_to_opt_outs("x@example.com", person)
    with pytest.raises(ForbiddenAct):
        lift_opt_out(row.id, "wanted", person)
    with pytest.raises(ForbiddenAct):
        import_opt_outs(b"e-mail\n", person)
    with pytest.raises(ForbiddenAct):
        export_opt_outs(person)


def test_only_who_is_signed_in_may_send_a_long_body(client: Client, make: Factory) -> None:
    client.get("/login")
    answer = client.submit("/login", {"file": (BytesIO(b"x" * 100_000), "x.csv")}, action="/login")
    assert answer.status_code == 413
    assert client.flask.post(f"{HERE}/import", data={"file": (BytesIO(b"x" * 100_000), "x.csv")}).status_code in {
        400,
        413,
    }
