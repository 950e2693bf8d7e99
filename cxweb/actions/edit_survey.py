"""The company words its survey anew: a version is published, answers keep the one they were given to."""

from dataclasses import replace

from sqlalchemy import select

from cxweb.accounts.rules import Acting
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import after_commit, insert_or_leave, session, transaction
from cxweb.surveys.models import SurveyReason, SurveyReasonText, SurveyText, SurveyVersion
from cxweb.surveys.queries import current, default, forget
from cxweb.surveys.rules import SWITCHES, Survey, checked, same


class EditedMeanwhile(Exception):
    """Somebody published another version since this one was opened."""


def edit_survey(wanted: Survey, based_on: int, by: Acting) -> bool:
    """Publish the survey as the version after `based_on`; False where nothing differs.

    Raises InvalidText, and EditedMeanwhile where `based_on` is no longer the version in force.
    """
    wanted = checked(wanted)
    with transaction():
        survey = current()
        if survey.number != based_on:
            raise EditedMeanwhile
        wanted = replace(wanted, texts={**survey.texts, **wanted.texts})
        if same(survey, wanted):
            return False
        number = survey.number + 1
        facts = {name: getattr(wanted, name) for name in (*SWITCHES, "skin")}
        # The unique number decides between two people who save at once.
        if not insert_or_leave(SurveyVersion, number=number, created_at=clock.now(), created_by=by.actor, **facts):
            raise EditedMeanwhile
        _write(session().scalars(select(SurveyVersion.id).where(SurveyVersion.number == number)).one(), wanted)
        record(by.actor, "survey.published", f"survey:{number}")
        after_commit(forget)
        return True


def _write(version_id: int, survey: Survey) -> None:
    """The texts and reasons of a version. A further question in the product's own words is left to the product."""
    usual = default().texts
    for language, texts in survey.texts.items():
        own = vars(usual[language]) if language in usual else {}
        kept = {
            name: None if name.endswith("_question") and text == own.get(name) else text
            for name, text in vars(texts).items()
        }
        session().add(SurveyText(version_id=version_id, language=language, **kept))
    for position, reason in enumerate(survey.reasons):
        facts = {name: getattr(reason, name) for name in ("code", "cause", "from_stars", "to_stars")}
        texts_of = [SurveyReasonText(language=language, text=text) for language, text in reason.texts.items()]
        session().add(SurveyReason(version_id=version_id, position=position, texts=texts_of, **facts))
