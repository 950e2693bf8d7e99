"""Texts that break things: a well-known list where its folder is there, and forty of our own."""

import json
from pathlib import Path

LIST = Path(__file__).parent.parent.parent / "shared" / "data" / "strings" / "big-list-of-naughty-strings.json"
OWN = (
    *("<script>canary()</script>", "<img src=x onerror=canary()>", "<svg/onload=canary()>", "</bdi><script>canary()//"),
    *("</textarea><script>canary()</script>", "</title><script>canary()</script>", '"><script>canary()</script>'),
    *(
        "'-canary()-'",
        "javascript:canary()",
        "{{ canary() }}",
        "{% raw %}canary(){% endraw %}",
        "${canary()}",
        "<%= 1 %>",
    ),
    *("<iframe srcdoc='<script>canary()</script>'>", "<a href=javascript:canary()>x</a>", "<base href=//evil.example>"),
    *("<style>*{display:none}</style>", "<!--", "-->", "<![CDATA[x]]>", "<math><mi//xlink:href='data:x,canary()'>"),
    *("&lt;script&gt;canary()&lt;/script&gt;", "&#60;script&#62;canary()", "%3Cscript%3Ecanary()%3C/script%3E"),
    *("=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", "a\r\nBcc: x@example.com", "a\nb\rc\r\nd"),
    *(
        "\u202eright to left",
        "\u2066isolated\u2069",
        "e\u0301 = é",
        "Z" + "\u0335" * 60,
        "👩\u200d👩\u200d👧\u200d👦 👍🏽",
        "𝒻𝓊𝓃 ﷽",
    ),
    *("\ufeffmark", "a\u2028b\u2029c", "العربية و עברית and English"),
)


def listed() -> list[str]:
    """The texts of the list; empty where its folder is missing."""
    texts: list[str] = json.loads(LIST.read_text(encoding="utf-8")) if LIST.exists() else []
    return texts
