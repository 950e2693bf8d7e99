"""The company words its survey anew: a version is published, answers keep the one they were given to."""

from collections.abc import Mapping

from sqlalchemy import select

from cxweb.accounts.rules import Acting
from cxweb.core import clock
from cxweb.core.audit import record
from cxweb.core.db import after_commit, insert_or_leave, session, transaction
from cxweb.surveys.models import SurveyText, SurveyVersion
from cxweb.surveys.queries import current, forget
from cxweb.surveys.rules import SurveyTexts, check


class EditedMeanwhile(Exception):
    """Somebody published another version since this one was opened."""


def edit_survey(texts: Mapping[str, SurveyTexts], based_on: int, by: Acting) -> bool:
    """Publish the texts as the version after `based_on`; False where nothing differs.

    Raises InvalidText, and EditedMeanwhile where `based_on` is no longer the version in force.
    """
    wanted = {lang: SurveyTexts(check(text.question), check(text.comment_prompt)) for lang, text in texts.items()}
    with transaction():
        survey = current()
        if survey.number != based_on:
            raise EditedMeanwhile
        if wanted == {language: survey.text(language) for language in wanted}:
            return False
        number = survey.number + 1
        # The unique number decides between two people who save at once.
        inserted = insert_or_leave(
            SurveyVersion, number=number, asks_nps=survey.asks_nps, created_at=clock.now(), created_by=by.actor
        )
        if not inserted:
            raise EditedMeanwhile
        version_id = session().scalars(select(SurveyVersion.id).where(SurveyVersion.number == number)).one()
        session().add_all(
            SurveyText(version_id=version_id, language=lang, question=text.question, comment_prompt=text.comment_prompt)
            for lang, text in {**survey.texts, **wanted}.items()
        )
        record(by.actor, "survey.published", f"survey:{number}")
        after_commit(forget)
        return True
