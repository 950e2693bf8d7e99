// The customer's page works without this: it saves at once, keeps an answer while offline, and counts.
let form = document.forms.rate, at = location.pathname, says = form?.querySelector("output"), wait, seen, last, busy;
let show = name => { if (says) says.textContent = says.dataset[name] || "" };
let look = () => {
  clearTimeout(wait);
  if (!seen && !document.hidden) wait = setTimeout(() => { seen = 1; fetch(at + "/seen", { method: "POST" }).catch(() => seen = 0) }, 2000);
};
// Gives 1 for stored (a redirect, not followed), 0 for refused, nothing without a connection.
let post = (body, to) => fetch(to, { method: "POST", body: new URLSearchParams(body), redirect: "manual" }).then(answer => {
  try { if (answer.status < 429) localStorage.removeItem(at) } catch {}
  return +(answer.type == "opaqueredirect");
}, () => {
  try { localStorage.setItem(at, JSON.stringify([body, to])) } catch {}
  show("kept");
});
// One after the other, and each answer once.
let save = () => busy = Promise.resolve(busy).then(async () => {
  let body = new URLSearchParams(new FormData(form)) + "";
  if (body == last) return 1;
  let done = await post(body, form.action);
  if (done) last = body, show("saved");
  return done;
});
let again = async () => {
  let kept;
  try { kept = JSON.parse(localStorage.getItem(at)) } catch {}
  if (kept && await post(...kept)) location = at;
};
document.addEventListener("visibilitychange", look);
addEventListener("online", again);
look();
again();
form?.addEventListener("change", () => form.elements.stars.value && save());
form?.addEventListener("input", ({ target: field }) => {
  show();
  if (field.maxLength > 0) field.nextElementSibling.textContent = field.value.length + " / " + field.maxLength;
});
form?.addEventListener("submit", async event => {
  if (event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  let done = await save();
  if (done) location = form.action.replace("/rating", "");
  if (done === 0) form.submit();
});
