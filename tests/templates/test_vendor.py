"""What others wrote and we serve: listed, licensed, unchanged, and named with its digest in the page."""

import base64
import hashlib
import json

from cxweb import ROOT

VENDOR = ROOT / "static" / "vendor"


def test_every_vendored_file_is_what_the_list_says() -> None:
    listed = {entry["file"]: entry for entry in json.loads((VENDOR / "vendor.json").read_text(encoding="utf-8"))}
    scripts = {file.name for file in VENDOR.iterdir() if file.suffix in {".js", ".css"}}
    assert scripts == set(listed)
    for name, entry in listed.items():
        digest = base64.b64encode(hashlib.sha384((VENDOR / name).read_bytes()).digest()).decode()
        assert entry["integrity"] == f"sha384-{digest}", name
        assert entry["version"] in entry["source"]
        assert entry["licence"]
        assert (VENDOR / f"{name.split('.')[0]}.LICENSE.txt").exists()


def test_vendored_scripts_need_no_eval_and_no_other_host() -> None:
    page = (ROOT / "templates" / "layouts" / "staff.html").read_text(encoding="utf-8")
    assert 'integrity="{{ shell.htmx_integrity }}"' in page
    assert '"includeIndicatorCSS": false' in page
    assert "hx-on" not in "".join(file.read_text(encoding="utf-8") for file in ROOT.glob("templates/**/*.html"))
    assert "sourceMappingURL" not in (VENDOR / "htmx.min.js").read_text(encoding="utf-8")
