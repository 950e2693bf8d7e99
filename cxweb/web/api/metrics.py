"""The feedback figures as JSON: the same as on the pages, unrounded."""

from dataclasses import asdict

from flask import Response, jsonify, request

from cxweb.analytics import filters
from cxweb.analytics.queries import BY, feedback_by
from cxweb.analytics.queries import feedback as figures_of
from cxweb.analytics.rules import Feedback, Promoters, Share
from cxweb.company.queries import settings_now
from cxweb.web.api.keys import client
from cxweb.web.api.problems import problem


def feedback() -> Response:
    sent = request.args.to_dict(flat=False)
    by = sent.pop("by", [""])[-1]
    wrong = [(name, "is not a filter") for name in sent if name not in filters.NAMES]
    if by not in ("", *BY):
        wrong.append(("by", f"takes one of {', '.join(BY)}"))
    try:
        chosen = filters.read(sent)
    except filters.InvalidFilter as error:
        wrong += error.errors
    if wrong:
        return problem(422, "The filters cannot be read.", wrong)
    rows = feedback_by(chosen, client().perimeter, by) if by else []
    return jsonify(
        {
            "filters": {**chosen.normalised(), "timezone": settings_now().company_timezone},
            "total": as_json(figures_of(chosen, client().perimeter)),
            "rows": [{"key": row.key, "name": row.name, **as_json(row.feedback)} for row in rows],
        }
    )


def as_json(found: Feedback) -> dict[str, object]:
    """The figures in the contract's shape; percentages 0–100, unrounded, null where there is no data."""
    stars = asdict(found.stars)
    ces = asdict(found.ces)
    ces.pop("counts")
    return {
        "completed": found.completed,
        "eligible": found.eligible,
        "rated": found.rated,
        "response_rate": found.response_rate,
        "stars": {**stars, "counts": list(found.stars.counts)},
        "csat": _part(found.csat),
        "nps_stars": _part(found.nps_stars),
        "nps": _part(found.nps),
        "tud": _part(found.tud),
        "ces": {**ces, "easy_share": found.easy_share},
    }


def _part(part: Share | Promoters) -> dict[str, object]:
    return asdict(part)
