"""What an uploaded file may be: its plausible readings, what its columns and words probably are, how its dates read."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxweb.imports.date_shapes import shapes
from cxweb.imports.mapping_text import mapping_text
from cxweb.imports.order_rows import ref_of_name
from cxweb.imports.readings import readings
from cxweb.imports.refusals import CannotImport
from cxweb.imports.suggestions import suggested_columns, suggested_status

LINES = "no;ville;prix\n1;Évry;12,50\n2;Lyon;3,20\n"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (LINES.encode(), [("utf-8", ";")]),
        (LINES.encode("utf-8-sig"), [("utf-8-sig", ";")]),
        (LINES.encode("utf-16"), [("utf-16", ";")]),
        (LINES.encode("utf-16-le"), [("utf-16-le", ";")]),
        (LINES.replace("É", "E").encode(), [("utf-8", ";")]),
        (LINES.replace(";", "\t").encode(), [("utf-8", "\t")]),
        (b"a,b;c\n1,2;3\n4,5;6\n", [("utf-8", ","), ("utf-8", ";")]),
        (b"only\n1\n2\n", [("utf-8", ",")]),
    ],
)
def test_each_plausible_reading_is_offered(tmp_path: Path, content: bytes, found: list[tuple[str, str]]) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    assert [(reading.encoding, reading.delimiter) for reading in readings(file)] == found


def test_letters_that_several_encodings_have_are_shown_in_each(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(LINES.encode("cp1252"))
    towns = {reading.encoding: reading.lines[1][1] for reading in readings(file)}
    assert towns["cp1252"] == "Évry"
    assert len(set(towns.values())) == len(towns) > 1


def test_letters_far_down_in_the_file_are_shown_too(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"no;ville\n" + b"1;Lyon\n" * 60_000 + "2;Évry\n".encode("cp1252"))
    assert next(iter(readings(file))).odd == [["2", "Évry"]]


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(CannotImport, match="empty"):
        readings(file)


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["03/04/2018"], ["%d/%m/%Y", "%m/%d/%Y"]),
        (["03/04/2018", "13/04/2018"], ["%d/%m/%Y"]),
        (["3/4/2018 9:07", "3/14/2018 19:07"], ["%m/%d/%Y %H:%M"]),
        (["2018-04-03 10:00:01"], ["%Y-%m-%d %H:%M:%S"]),
        (["2018-04-03T10:00:00Z"], ["%Y-%m-%dT%H:%M:%S%z"]),
        (["20180403"], ["%Y%m%d"]),
        (["01/02/03"], ["%d/%m/%y", "%m/%d/%y", "%y/%m/%d"]),
        (["3 Apr 2018"], ["%d %b %Y"]),
        (["tomorrow"], []),
        (["03.04.2018 10h05"], ["%d.%m.%Y %Hh%M", "%m.%d.%Y %Hh%M"]),
    ],
)
def test_every_way_that_reads_all_dates_is_offered_and_no_other(texts: list[str], formats: list[str]) -> None:
    (shape,) = shapes(texts)
    assert sorted(shape.formats) == sorted(formats)
    walls = [wall for _, wall in shape.readings]
    # The example is one that the formats read differently.
    assert len(set(walls)) == len(walls)


def test_dates_of_which_no_way_reads_all_say_so() -> None:
    (shape,) = shapes(["13/04/2018", "14/04/2018", "04/15/2018"])
    assert (shape.formats, shape.whole) == (["%d/%m/%Y"], False)


@pytest.mark.parametrize(
    ("header", "kind", "found"),
    [
        (
            ["N° Commande", "Date de livraison", "Nom du client", "Courriel", "Code postal", "Tournée"],
            "orders",
            {
                "ref": ["N° Commande"],
                "customer_name": ["Nom du client"],
                "customer_email": ["Courriel"],
                "postcode": ["Code postal"],
                "route": ["Tournée"],
                "completed_at": ["Date de livraison"],
            },
        ),
        (["OrderID", "deliveredAt"], "orders", {"ref": ["OrderID"], "completed_at": ["deliveredAt"]}),
        (["ID avis", "Commande", "Note", "Titre", "Commentaire"], "ratings",
         {"ref": ["ID avis"], "order_ref": ["Commande"], "stars": ["Note"], "comment": ["Titre", "Commentaire"]}),
        (["id", "id", "x"], "orders", {}),
    ],
)  # fmt: skip
def test_names_of_columns_suggest_their_field(header: list[str], kind: str, found: dict[str, list[str]]) -> None:
    assert suggested_columns(header, kind) == found


@pytest.mark.parametrize(("word", "status"), [("Livrée", "completed"), ("EN COURS", "on_the_way"), ("bizarre", "")])
def test_words_suggest_their_status(word: str, status: str) -> None:
    assert suggested_status(word) == status


@given(st.dictionaries(st.text(min_size=1).filter(lambda text: "\r" not in text), st.text(min_size=1), max_size=4))
def test_a_mapping_written_out_says_the_same(words: dict[str, str]) -> None:
    words = {key.encode("utf-8", "ignore").decode() or "x": value for key, value in words.items()}
    raw = {"kind": "orders", "delimiter": "\t", "datetime_formats": ["%d/%m/%Y", '"'], "status": words}
    wanted = {name: value for name, value in raw.items() if value}
    assert tomllib.loads(mapping_text(raw)) == wanted


def test_a_name_makes_a_ref_of_its_own() -> None:
    assert ref_of_name("Zoé  D’Almeida") == ref_of_name("ZOE D’ALMEIDA") == "zoe-d-almeida"
    assert ref_of_name("李雷") != ref_of_name("韩梅")
