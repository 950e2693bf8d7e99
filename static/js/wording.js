// Keeps the preview of a message in step with what is typed, and says that it is not saved yet.
const form = document.getElementById("wording");
const letter = document.getElementById("letter");
const weighed = document.getElementById("weighed");
let waiting = 0;
let asked = 0;

// The frame parses the mail itself: its own policy allows the mail's styles, this page's does not.
function show(mail) {
  const shown = letter.contentDocument;
  // Before it has loaded the frame is under this page's policy; its load asks again.
  if (shown.URL === "about:blank") return;
  shown.documentElement.innerHTML = mail;
  document.getElementById("subject-shown").textContent = shown.title;
}

async function refresh() {
  const turn = ++asked;
  const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) });
  const text = await answer.text();
  if (!answer.ok || turn !== asked) return;
  if (letter) show(text);
  else weighed.innerHTML = text;
}

if (form) {
  form.classList.add("scripted");
  form.addEventListener("input", (event) => {
    if (event.target.name === "phone") return;
    form.classList.add("changed");
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 400);
  });
  // What was typed before this page was made anew stands in the form but not in the frame, whenever that arrives.
  if (letter && form.classList.contains("changed")) {
    letter.addEventListener("load", refresh, { once: true });
    refresh();
  }
}
