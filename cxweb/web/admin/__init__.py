"""The URL table of the staff's pages: every row names the act that opens it, and none is open by omission."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from cxweb.accounts.passkeys import UnknownPasskey
from cxweb.accounts.queries import UnknownDepotId, UnknownUser
from cxweb.accounts.rules import OWN, ForbiddenAct
from cxweb.core.i18n import lazy
from cxweb.notifications.queries import UnknownMessage
from cxweb.orders.rules import UnknownDriver, UnknownOrder
from cxweb.uploads.rules import FULL, MOST_BYTES, UnknownUpload, WrongMoment
from cxweb.web.admin import (
    account,
    account_passkeys,
    account_totp,
    api_keys,
    audit,
    components,
    depots,
    drivers,
    exports,
    home,
    import_progress,
    import_steps,
    imports,
    language,
    live,
    login,
    login_code,
    login_passkey,
    login_provider,
    messages,
    new_order,
    opt_outs,
    order_acts,
    orders,
    outbox,
    passwords,
    people,
    ratings,
    report,
    reports,
    saved_mappings,
    settings_company,
    settings_connectors,
    settings_live,
    settings_logo,
    settings_messages,
    settings_messages_preview,
    settings_messages_wording,
    settings_privacy,
    settings_survey,
    settings_tracking,
    user_acts,
    users,
    webhooks,
)
from cxweb.web.admin.guard import ANYONE, View, guarded
from cxweb.web.errors import choose_language, page
from cxweb.web.headers import LONGEST_BODY
from cxweb.web.session import protect, staff
from cxweb.webhooks.rules import UnknownEndpoint

blueprint = Blueprint("admin", __name__)


def allow_long_body() -> None:
    """Before the form's token is read, which reads the body: only who is signed in may send a file."""
    if request.endpoint in UPLOADS and staff():
        request.max_content_length = MOST_BYTES if request.endpoint == IMPORTS else LONGEST_BODY


blueprint.before_request(allow_long_body)
blueprint.before_request(protect)
# The greatest number a database's key can be; a greater one is no address.
ID = "<int(max=9223372036854775807):"
# What takes a file; everything else takes the body of a form.
IMPORTS = "admin.imports_create"
UPLOADS = ("admin.opt_outs_upload", "admin.settings_logo_update", IMPORTS)
TOO_LARGE = (
    lazy("This file is too large"),
    lazy("A file may have 300 MB. Nothing was kept. Pack it with gzip, or cut it into several."),
)
NO_ROOM = (
    lazy("There is no room for this file"),
    lazy("The machine’s disk is full. Nothing was kept. Make room on it, then upload the file again."),
)
# Which act opens an endpoint.
DECISIONS: dict[str, str] = {}


def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Before the view: nobody has chosen the language yet."""
    person = staff()
    choose_language(person.language if person else None)
    return page(413, TOO_LARGE if request.endpoint == IMPORTS else None)


def full_disk(error: OSError) -> ResponseReturnValue:
    """A file that there is no room for while it comes in; anything else is no matter of the disk."""
    if error.errno not in FULL:
        raise error
    person = staff()
    choose_language(person.language if person else None)
    return page(507, NO_ROOM)


def rule(
    path: str, view: View, *, act: str, method: str = "GET", personal: bool = False, by_itself: bool = False
) -> None:
    """A route, and the act that opens it. A POST is a change, which who looks only may not do; one that is `personal`
    changes nothing but what the person sees. `by_itself`: the page asks for it, so it keeps no session alive."""
    endpoint = f"{view.__module__.rsplit('.', 1)[1]}_{view.__name__}"
    DECISIONS[f"admin.{endpoint}"] = act
    changes = method != "GET" and not personal
    blueprint.add_url_rule(path, endpoint, guarded(view, act, changes=changes, by_itself=by_itself), methods=[method])


def root() -> ResponseReturnValue:
    return redirect("/admin/", 303)


def without_slash() -> ResponseReturnValue:
    return redirect("/admin/", 308)


rule("/", root, act=ANYONE)
# Without it the redirect to the slash would repeat whatever host was asked for.
rule("/admin", without_slash, act="figures")
rule("/login", login.show, act=ANYONE)
rule("/login", login.create, act=ANYONE, method="POST")
rule("/login/code", login_code.show, act=ANYONE)
rule("/login/code", login_code.create, act=ANYONE, method="POST")
rule("/login/passkey", login_passkey.create, act=ANYONE, method="POST")
rule("/login/passkey/options", login_passkey.options, act=ANYONE, method="POST")
rule("/login/provider", login_provider.new, act=ANYONE)
rule("/login/provider/back", login_provider.show, act=ANYONE)
rule("/logout", login.delete, act=ANYONE, method="POST")
rule("/password", passwords.new, act=ANYONE)
rule("/password", passwords.create, act=ANYONE, method="POST")
rule("/password/<secret>", passwords.edit, act=ANYONE)
rule("/password/<secret>", passwords.update, act=ANYONE, method="POST")
rule("/admin/account", account.show, act=OWN)
rule("/admin/account/password", account.update_password, act=OWN, method="POST")
rule("/admin/account/sessions/end", account.end, act=OWN, method="POST")
rule("/admin/account/totp", account_totp.show, act=OWN)
rule("/admin/account/totp", account_totp.begin, act=OWN, method="POST")
rule("/admin/account/totp/confirm", account_totp.confirm, act=OWN, method="POST")
rule("/admin/account/totp/codes", account_totp.renew, act=OWN, method="POST")
rule("/admin/account/totp/drop", account_totp.drop, act=OWN, method="POST")
rule("/admin/account/passkeys", account_passkeys.new, act=OWN)
rule("/admin/account/passkeys", account_passkeys.create, act=OWN, method="POST")
rule("/admin/account/passkeys/options", account_passkeys.options, act=OWN, method="POST")
rule(f"/admin/account/passkeys/{ID}passkey_id>", account_passkeys.show, act=OWN)
rule(f"/admin/account/passkeys/{ID}passkey_id>", account_passkeys.delete, act=OWN, method="POST")
rule("/admin/", home.index, act="figures")
rule("/admin/demo/remove", home.remove_demo, act="company", method="POST")
rule("/admin/language", language.update, act=OWN, method="POST")
rule("/admin/live", live.index, act="orders")
rule("/admin/live/changes", live.changes, act="orders", by_itself=True)
rule("/admin/live/choice", live.choose, act="orders", method="POST", personal=True)
rule(f"/admin/live/orders/{ID}order_id>", live.panel, act="orders")
rule("/admin/orders", orders.index, act="orders")
rule("/admin/orders/new", new_order.new, act="orders")
rule("/admin/orders/new", new_order.create, act="orders", method="POST")
rule(f"/admin/orders/{ID}order_id>", orders.show, act="orders")
rule(f"/admin/orders/{ID}order_id>/proof/<kind>", orders.proof, act="orders")
rule(f"/admin/orders/{ID}order_id>/status", orders.update, act="orders", method="POST")
rule(f"/admin/orders/{ID}order_id>/spam", order_acts.mark, act="relations", method="POST")
rule(f"/admin/orders/{ID}order_id>/spam/lift", order_acts.lift, act="relations", method="POST")
rule(f"/admin/orders/{ID}order_id>/link", order_acts.rotate, act="orders", method="POST")
rule(f"/admin/orders/{ID}order_id>/phone-rating", order_acts.record, act="orders", method="POST")
rule("/admin/ratings", ratings.index, act="figures")
rule("/admin/drivers", drivers.index, act="figures")
rule(f"/admin/drivers/{ID}driver_id>", drivers.show, act="figures")
rule(f"/admin/drivers/{ID}driver_id>/export", drivers.export, act="export")
rule("/admin/analytics/feedback/export", exports.export, act="export")
rule(f"/admin/analytics/feedback/exports/{ID}export_id>", exports.show, act="export")
rule(f"/admin/analytics/feedback/exports/{ID}export_id>/file", exports.download, act="export")
rule("/admin/reports", reports.index, act="figures")
rule("/admin/reports", reports.create, act=OWN, method="POST", personal=True)
rule(f"/admin/reports/{ID}report_id>", reports.update, act=OWN, method="POST", personal=True)
rule(f"/admin/reports/{ID}report_id>/delete", reports.delete, act=OWN, method="POST", personal=True)
rule("/admin/analytics/feedback", report.index, act="figures")
rule("/admin/imports", imports.index, act="company")
rule("/admin/imports", imports.create, act="company", method="POST")
rule(f"/admin/imports/{ID}upload_id>", imports.show, act="company")
rule(f"/admin/imports/{ID}upload_id>/reading", import_steps.choose, act="company", method="POST")
rule(f"/admin/imports/{ID}upload_id>/mapping", import_steps.apply, act="company", method="POST")
rule(f"/admin/imports/{ID}upload_id>/columns", import_steps.match, act="company", method="POST")
rule(f"/admin/imports/{ID}upload_id>/values", import_steps.read, act="company", method="POST")
rule(f"/admin/imports/{ID}upload_id>/save", saved_mappings.save, act="company", method="POST")
rule(f"/admin/imports/{ID}upload_id>/start", imports.start, act="company", method="POST")
rule(f"/admin/imports/{ID}upload_id>/stop", imports.stop, act="company", method="POST")
rule(f"/admin/imports/{ID}upload_id>/undo", imports.undo, act="company", method="POST")
rule(f"/admin/imports/{ID}upload_id>/discard", imports.discard, act="company", method="POST")
rule(f"/admin/imports/{ID}upload_id>/report", import_progress.report, act="company")
rule(f"/admin/imports/mappings/{ID}mapping_id>", saved_mappings.export, act="company")
rule(f"/admin/imports/mappings/{ID}mapping_id>/delete", saved_mappings.delete, act="company", method="POST")
rule("/admin/messages", messages.index, act="contacts")
rule(f"/admin/messages/{ID}message_id>", messages.show, act="contacts")
rule(f"/admin/messages/{ID}message_id>/html", messages.html, act="contacts")
rule(f"/admin/messages/outbox/{ID}message_id>/resend", outbox.resend, act="orders", method="POST")
rule(f"/admin/messages/outbox/{ID}message_id>/settle", outbox.settle, act="orders", method="POST")
rule("/admin/messages/opt-outs", opt_outs.index, act="contacts")
rule("/admin/messages/opt-outs", opt_outs.create, act="stop_list", method="POST")
rule("/admin/messages/opt-outs/import", opt_outs.upload, act="stop_list", method="POST")
rule("/admin/messages/opt-outs/export", opt_outs.export, act="stop_list")
rule(f"/admin/messages/opt-outs/{ID}opt_out_id>/remove", opt_outs.delete, act="stop_list", method="POST")
rule("/admin/settings/tracking", settings_tracking.edit, act="company")
rule("/admin/settings/tracking", settings_tracking.update, act="company", method="POST")
rule("/admin/settings/tracking/message", settings_tracking.turn_message_on, act="company", method="POST")
rule("/admin/settings/survey", settings_survey.edit, act="company")
rule("/admin/settings/survey", settings_survey.update, act="company", method="POST")
rule("/admin/settings/survey/limits", settings_survey.update_limits, act="company", method="POST")
rule("/admin/settings/survey/preview", settings_survey.preview, act="company")
rule("/admin/settings/messages", settings_messages.edit, act="company")
rule("/admin/settings/messages", settings_messages.update, act="company", method="POST")
rule("/admin/settings/messages/wording", settings_messages_wording.edit, act="company")
rule("/admin/settings/messages/wording", settings_messages_wording.update, act="company", method="POST")
rule("/admin/settings/messages/wording/restore", settings_messages_wording.restore, act="company", method="POST")
rule("/admin/settings/messages/wording/preview", settings_messages_preview.show, act="company")
rule("/admin/settings/messages/wording/preview", settings_messages_preview.create, act="company", method="POST")
rule("/admin/settings/company", settings_company.edit, act="company")
rule("/admin/settings/company", settings_company.update, act="company", method="POST")
rule("/admin/settings/live", settings_live.edit, act="settings")
rule("/admin/settings/live", settings_live.update, act="company", method="POST")
rule("/admin/settings/live/walls", settings_live.create, act="settings", method="POST")
rule(f"/admin/settings/live/walls/{ID}wall_id>/revoke", settings_live.revoke, act="settings", method="POST")
rule("/admin/settings/privacy", settings_privacy.edit, act="company")
rule("/admin/settings/privacy", settings_privacy.update, act="company", method="POST")
rule("/admin/settings/privacy/notice", settings_privacy.update_notice, act="company", method="POST")
rule("/admin/settings/privacy/people", people.index, act="company")
rule(f"/admin/settings/privacy/people/{ID}customer_id>", people.show, act="company")
rule(f"/admin/settings/privacy/people/{ID}customer_id>/erase", people.erase, act="company", method="POST")
rule(f"/admin/settings/privacy/people/{ID}customer_id>/export", people.export, act="company")
rule("/admin/settings/company/logo", settings_logo.update, act="company", method="POST")
rule("/admin/users", users.index, act="accounts")
rule("/admin/users/settings", users.update_settings, act="company", method="POST")
rule("/admin/users/new", users.new, act="accounts")
rule("/admin/users/new", users.create, act="accounts", method="POST")
rule(f"/admin/users/{ID}user_id>", users.edit, act="accounts")
rule(f"/admin/users/{ID}user_id>", users.update, act="accounts", method="POST")
rule(f"/admin/users/{ID}user_id>/link", user_acts.mail, act="accounts", method="POST")
rule(f"/admin/users/{ID}user_id>/totp/remove", user_acts.remove_second_step, act="accounts", method="POST")
rule(f"/admin/users/{ID}user_id>/provider/forget", user_acts.forget_link, act="accounts", method="POST")
rule(f"/admin/users/{ID}user_id>/sessions/end", user_acts.sign_out, act="accounts", method="POST")
rule(f"/admin/users/{ID}user_id>/disable", user_acts.disable, act="accounts", method="POST")
rule(f"/admin/users/{ID}user_id>/enable", user_acts.enable, act="accounts", method="POST")
rule("/admin/depots", depots.index, act="accounts")
rule("/admin/depots/new", depots.new, act="accounts")
rule("/admin/depots/new", depots.create, act="accounts", method="POST")
rule(f"/admin/depots/{ID}depot_id>", depots.edit, act="accounts")
rule(f"/admin/depots/{ID}depot_id>", depots.update, act="accounts", method="POST")
rule("/admin/audit", audit.index, act="audit")
rule("/admin/audit/export", audit.export, act="audit")
rule("/admin/api-keys", api_keys.index, act="settings")
rule("/admin/api-keys", api_keys.create, act="settings", method="POST")
rule(f"/admin/api-keys/{ID}key_id>/revoke", api_keys.revoke, act="settings", method="POST")
rule("/admin/settings/connectors", settings_connectors.edit, act="company")
rule("/admin/settings/connectors/<name>", settings_connectors.update, act="company", method="POST")
rule("/admin/webhooks", webhooks.index, act="settings")
rule("/admin/webhooks", webhooks.create, act="settings", method="POST")
rule(f"/admin/webhooks/{ID}endpoint_id>", webhooks.show, act="settings")
rule(f"/admin/webhooks/{ID}endpoint_id>", webhooks.update, act="settings", method="POST")
rule(f"/admin/webhooks/{ID}endpoint_id>/test", webhooks.attempt, act="settings", method="POST")
rule(f"/admin/webhooks/{ID}endpoint_id>/switch", webhooks.switch, act="settings", method="POST")
rule(f"/admin/webhooks/{ID}endpoint_id>/secret", webhooks.rotate, act="settings", method="POST")
rule(f"/admin/webhooks/{ID}endpoint_id>/replay", webhooks.replay, act="settings", method="POST")
rule(f"/admin/webhooks/{ID}endpoint_id>/delete", webhooks.delete, act="settings", method="POST")
rule("/admin/components", components.index, act="figures")

blueprint.register_error_handler(ForbiddenAct, lambda _error: page(403))
blueprint.register_error_handler(WrongMoment, imports.old_page)
blueprint.register_error_handler(OSError, full_disk)
blueprint.register_error_handler(RequestEntityTooLarge, too_large)
for unknown in (
    UnknownOrder,
    UnknownDriver,
    UnknownMessage,
    UnknownUser,
    UnknownDepotId,
    UnknownPasskey,
    UnknownEndpoint,
    UnknownUpload,
):
    blueprint.register_error_handler(unknown, lambda _error: page(404))
