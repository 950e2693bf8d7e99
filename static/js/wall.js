// Keeps a wall display up to date, and says when it is not.
(() => {
  const wall = document.getElementById("wall");
  const pulse = document.getElementById("pulse");
  let failures = 0;

  function say(state) {
    pulse.hidden = state === "fresh";
    const text = pulse.dataset[state] ?? "";
    if (pulse.textContent !== text) pulse.textContent = text;
  }

  async function look() {
    const shown = document.getElementById("day");
    const query = new URLSearchParams(location.search);
    query.set("v", shown.dataset.version);
    query.set("at", shown.dataset.minute);
    try {
      const stop = AbortSignal.timeout(10000);
      const answer = await fetch(`${wall.dataset.poll}?${query}`, { cache: "no-store", signal: stop });
      if (answer.status === 200) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        shown.replaceWith(page.getElementById("day"));
      } else if (answer.status !== 204 && answer.status !== 404) throw new Error(String(answer.status));
      failures = 0;
      say(answer.status === 404 ? "gone" : "fresh");
    } catch {
      failures += 1;
      if (failures > 2) say("offline");
    }
    setTimeout(look, failures ? 5000 : 1000);
  }

  look();
})();
