"""What ships with the code says who owns what."""

import json
from pathlib import Path

from cxweb.settings import NAMES

ROOT = Path(__file__).parent.parent.parent


def test_every_vendored_file_is_named_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for entry in json.loads((ROOT / "static" / "vendor" / "vendor.json").read_text(encoding="utf-8")):
        assert entry["file"] in notice


def test_every_setting_is_in_the_deployment_guide() -> None:

    guide = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    assert [name for name in sorted(NAMES) if f"`{name}`" not in guide] == []
