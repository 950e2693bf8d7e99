"""Depots: the tree of regions and depots, which everybody's perimeter is made of."""

from zoneinfo import available_timezones

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from cxweb.accounts.queries import acts_on, depot_counts, depot_of, depots_of
from cxweb.accounts.rules import Staff
from cxweb.actions.add_depot import InvalidDepot, add_depot
from cxweb.actions.change_depot import change_depot, is_top
from cxweb.company.models import Depot
from cxweb.company.queries import settings
from cxweb.core.i18n import gettext, lazy
from cxweb.web.admin.depot_choices import depot_choices, tree
from cxweb.web.admin.new_order_form import plain
from cxweb.web.session import me
from cxweb.web.shell import render

HERE = "/admin/depots"
PROBLEMS = {
    "ref": lazy("Write 1 to 64 letters, digits or . _ : - that no other depot has."),
    "name": lazy("Write a name of at most 80 characters."),
    "parent": lazy("Choose a depot of the list that does not hang below this one."),
    "timezone": lazy("Choose a time zone of the list, such as Europe/Paris."),
}


class DepotForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    name = StringField(lazy("Name"), filters=[plain])
    parent = SelectField(lazy("Belongs to"), validate_choice=False)
    timezone = StringField(lazy("Time zone"), filters=[plain])

    def offer(self, by: Staff) -> None:
        reach = by.perimeter.reach
        top = [SelectChoice(value="", label=gettext("the company itself"))] if reach.whole else []
        self.parent.choices = top + [SelectChoice(value=ref, label=name) for ref, name in depot_choices(reach)]

    @property
    def values(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in ("name", "parent", "timezone")}

    def refuse(self, field: str) -> None:
        self[field].errors = [PROBLEMS[field]]


class NewDepotForm(DepotForm):
    ref = StringField(lazy("Short name"), filters=[plain])


def index() -> ResponseReturnValue:
    depots = depots_of(me().perimeter)
    return render("admin/depots.html", rows=tree(depots), counts=depot_counts(), company=settings())


def new() -> ResponseReturnValue:
    return _form(NewDepotForm())


def create() -> ResponseReturnValue:
    form = NewDepotForm()
    try:
        add_depot(form.ref.data or "", me(), **form.values)
    except InvalidDepot as refusal:
        form.refuse(refusal.field)
        return _form(form), 422
    flash(gettext("The depot is added."), "done")
    return redirect(HERE, 303)


def edit(depot_id: int) -> ResponseReturnValue:
    depot = depot_of(depot_id, me().perimeter)
    parents = {other.id: other.ref for other in depots_of(me().perimeter)}
    stored = {"name": depot.name, "parent": parents.get(depot.parent_id or 0, ""), "timezone": depot.timezone or ""}
    return _form(DepotForm(data=stored), depot)


def update(depot_id: int) -> ResponseReturnValue:
    form, depot = DepotForm(), depot_of(depot_id, me().perimeter)
    try:
        change_depot(depot_id, me(), **form.values)
    except InvalidDepot as refusal:
        form.refuse(refusal.field)
        return _form(form, depot), 422
    flash(gettext("Saved. It is in force now."), "done")
    return redirect(HERE, 303)


def _form(form: DepotForm, depot: Depot | None = None) -> str:
    form.offer(me())
    top = depot is not None and is_top(depot.id, me().perimeter)
    acts = depot is None or acts_on(depot.id, me().perimeter)
    zones = sorted(available_timezones())
    return render("admin/depot.html", form=form, depot=depot, top=top, acts=acts, zones=zones)
