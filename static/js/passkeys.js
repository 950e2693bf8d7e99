// Makes and uses passkeys: asks the server what is wanted, the device for its answer, and posts that with the form.
(() => {
  const known = window.PublicKeyCredential?.parseRequestOptionsFromJSON;

  async function optionsOf(form) {
    const answer = await fetch(form.dataset.options, { method: "POST", body: new FormData(form) });
    if (answer.headers.get("Content-Type") !== "application/json") throw new Error(String(answer.status));
    return answer.json();
  }

  async function ask(form) {
    const wanted = await optionsOf(form);
    if (wanted.problem) return wanted.problem;
    const credential = form.dataset.passkey === "new"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(wanted) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(wanted) });
    form.elements.credential.value = JSON.stringify(credential);
    // The password has done its part.
    form.elements.password?.removeAttribute("name");
    form.submit();
    return "";
  }

  function words(form, error) {
    if (error.name === "InvalidStateError") return form.dataset.double ?? form.dataset.none;
    return error instanceof DOMException ? form.dataset.none : form.dataset.lost;
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const said = form.querySelector("[role=alert]");
    const button = form.querySelector("button");
    if (!known) continue;
    form.parentElement.hidden = false;
    for (const without of document.querySelectorAll("[data-without-passkeys]")) without.hidden = true;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      button.disabled = true;
      said.textContent = "";
      said.textContent = await ask(form).catch((error) => words(form, error));
      button.disabled = false;
    });
  }
})();
