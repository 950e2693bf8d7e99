"""The survey as its editor holds it: from a form or the preview's address, with what is wrong beside each field."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from cxweb.core.i18n import gettext, language, languages, lazy
from cxweb.surveys.rules import (
    CAUSES,
    CODE,
    LONGEST,
    LONGEST_REASON,
    MOST_REASONS,
    SKINS,
    SWITCHES,
    InvalidText,
    Reason,
    Survey,
    SurveyTexts,
    check,
    new_code,
    normal,
)
from cxweb.web.admin.address import plain

PARTS = tuple(part.name for part in fields(SurveyTexts))
FIVE = ("1", "2", "3", "4", "5")
PROBLEMS = {
    "empty": lazy("Write something here."),
    "too long": lazy("This is longer than %(longest)s characters. Shorten it a little."),
}
NO_REASON = lazy("Write at least one reason, or switch the reasons off.")


@dataclass(frozen=True)
class Draft:
    """The survey as written so far, the language on top, the version it was written over, what is wrong by field."""

    survey: Survey
    shown: str
    based_on: int
    errors: Mapping[str, str]

    def query(self) -> str:
        """The draft as the preview's address takes it, in the language on top."""
        survey, pairs = self.survey, {"lang": self.shown, "draft": "1", "skin": self.survey.skin}
        pairs |= {f"{part}_{code}": getattr(survey.texts[code], part) for code in survey.texts for part in PARTS}
        pairs |= {switch: "on" for switch in SWITCHES if getattr(survey, switch)}
        for row, reason in enumerate(survey.reasons, 1):
            pairs |= {f"reason_{row}_code": reason.code, f"reason_{row}_cause": reason.cause}
            pairs |= {f"reason_{row}_from": str(reason.from_stars), f"reason_{row}_to": str(reason.to_stars)}
            pairs |= {f"reason_{row}_{code}": text for code, text in reason.texts.items()}
        return urlencode(pairs)

    def rows(self) -> list[Reason]:
        """The reasons' rows of the editor, with two to be filled in at the end."""
        empty = Reason("", "other", 1, 5, dict.fromkeys(languages(), ""))
        return [*self.survey.reasons, empty, empty][:MOST_REASONS]


def opened(survey: Survey) -> Draft:
    """The editor as it is opened over the survey in force."""
    return Draft(survey, language(), survey.number, {})


def read(sent: MultiDict[str, str], stored: Survey) -> Draft:
    """The draft of a form; a text or a skin that was not sent is as stored, a switch that was not is off."""
    errors: dict[str, str] = {}
    texts = {code: _texts(code, sent, stored, errors) for code in languages()}
    reasons = _reasons(sent, errors) if any(name.startswith("reason_") for name in sent) else stored.reasons
    switches = {switch: switch in sent for switch in SWITCHES}
    if switches["asks_reasons"] and not reasons:
        errors[f"reason_1_{language()}"] = gettext(NO_REASON)
    skin = sent.get("skin", stored.skin)
    based_on, shown = sent.get("based_on", ""), sent.get("shown", "")
    if errors:
        shown = next(iter(errors)).rsplit("_", 1)[1]
    number = int(based_on) if based_on.isascii() and based_on.isdigit() else -1
    survey = Survey(
        None, 0, texts=texts, skin=skin if skin in SKINS else stored.skin, reasons=tuple(reasons), **switches
    )
    return Draft(survey, shown if shown in languages() else language(), number, errors)


def _texts(code: str, sent: MultiDict[str, str], stored: Survey, errors: dict[str, str]) -> SurveyTexts:
    written = {}
    for part in PARTS:
        name = f"{part}_{code}"
        written[part] = normal(plain(sent.get(name, getattr(stored.text(code), part))))
        _note(name, written[part], errors)
    return SurveyTexts(**written)


def _reasons(sent: MultiDict[str, str], errors: dict[str, str]) -> list[Reason]:
    """The rows that say something in any language, in their order."""
    found: list[Reason] = []
    for row in range(1, MOST_REASONS + 1):
        words = {code: normal(plain(sent.get(f"reason_{row}_{code}", ""))) for code in languages()}
        if not any(words.values()):
            continue
        for code, text in words.items():
            _note(f"reason_{row}_{code}", text, errors, LONGEST_REASON)
        taken = {reason.code for reason in found}
        code = sent.get(f"reason_{row}_code", "")
        if not CODE.fullmatch(code) or code in taken:
            code = new_code(next(text for text in words.values() if text), taken | _codes(sent))
        cause = sent.get(f"reason_{row}_cause", "")
        ends = sorted(
            int(end) if end in FIVE else 5 for end in (sent.get(f"reason_{row}_{x}", "") for x in ("from", "to"))
        )
        found.append(Reason(code, cause if cause in CAUSES else "other", ends[0], ends[1], words))
    return found


def _codes(sent: MultiDict[str, str]) -> set[str]:
    return {sent.get(f"reason_{row}_code", "") for row in range(1, MOST_REASONS + 1)}


def _note(name: str, text: str, errors: dict[str, str], longest: int = LONGEST) -> None:
    try:
        check(text, longest)
    except InvalidText as error:
        errors[name] = gettext(PROBLEMS.get(str(error), PROBLEMS["empty"])) % {"longest": longest}
