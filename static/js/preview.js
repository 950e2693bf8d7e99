// Keeps the survey's preview in step with what is typed. The page's body is replaced, so that nothing flickers or scrolls.
const form = document.getElementById("survey");
const frame = document.getElementById("preview");
let waiting = 0;
let asked = 0;

async function refresh() {
  const turn = ++asked;
  const query = new URLSearchParams(new FormData(form));
  query.delete("csrf_token");
  query.set("lang", form.elements.shown.value);
  query.set("draft", "1");
  const answer = await fetch(`${form.dataset.preview}?${query}`);
  if (!answer.ok || turn !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = frame.contentDocument;
  shown.documentElement.lang = page.documentElement.lang;
  shown.body.replaceWith(shown.adoptNode(page.body));
}

if (form && frame) {
  form.classList.add("scripted");
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 300);
  });
}
