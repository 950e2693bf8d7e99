// Asks every second whether the board has news, and says when it cannot. Everything it shows comes from the server.
(() => {
  const live = document.getElementById("live");
  const pulse = document.getElementById("pulse");
  const EVERY_MS = 1000;
  const HIDDEN_MS = 5000;
  const SLOWEST_MS = 15000;
  const PATIENCE_MS = 10000;
  let failures = 0;
  let since = null;
  let timer = 0;
  let asking = false;

  const board = () => document.getElementById("board");

  function clock(at) {
    return at.toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
  }

  // Writes the state only where it changed, so that a screen reader hears it once.
  function say(state) {
    if (pulse.dataset.state === state) return;
    pulse.dataset.state = state;
    pulse.hidden = false;
    pulse.textContent = pulse.dataset[state].replace("{time}", clock(since ?? new Date()));
    if (state === "signedOut") {
      const link = document.createElement("a");
      link.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
      link.textContent = pulse.dataset.signIn;
      pulse.append(" ", link);
    }
  }

  function address(version) {
    const query = new URLSearchParams(location.search);
    query.delete("order");
    if (version) query.set("v", version);
    return `${live.dataset.poll}?${query}`;
  }

  async function ask(version) {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(address(version), { redirect: "manual", cache: "no-store", signal: stop.signal });
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return "signedOut";
      if (answer.status === 204) return null;
      if (!answer.ok) throw new Error(String(answer.status));
      return new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
    } finally {
      clearTimeout(late);
    }
  }

  function dayIsOver() {
    const shown = board();
    return shown.dataset.follows === "on" && Date.now() / 1000 >= Number(shown.dataset.until);
  }

  async function round() {
    const shown = board();
    const version = shown.dataset.version;
    if (dayIsOver()) {
      const query = new URLSearchParams(location.search);
      query.delete("day");
      history.replaceState(null, "", `${location.pathname}?${query}`);
    }
    let part = await ask(dayIsOver() ? "" : version);
    if (part === "signedOut") return part;
    // Another filter was chosen meanwhile: the answer belongs to a board that is gone.
    if (board() !== shown) return "fresh";
    if (part?.id === "news" && !liveMerge.news(part, shown, live.dataset.now)) part = await ask("");
    if (part === "signedOut") return part;
    if (part?.id === "board") liveMerge.whole(part, shown, live.dataset.now);
    if (part) document.dispatchEvent(new CustomEvent("live:changed"));
    return "fresh";
  }

  async function poll() {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    try {
      say(await round());
      failures = 0;
      since = new Date();
    } catch {
      failures += 1;
      if (failures > 1 || !navigator.onLine) say(navigator.onLine ? "trouble" : "offline");
    }
    asking = false;
    const calm = pulse.dataset.state === "signedOut" ? SLOWEST_MS : document.hidden ? HIDDEN_MS : EVERY_MS;
    timer = setTimeout(poll, Math.min(SLOWEST_MS, calm * 2 ** Math.min(failures, 4)));
  }

  // An order runs late by the clock alone, without news.
  function tick() {
    const now = Date.now() / 1000;
    for (const row of document.querySelectorAll("#board tr[data-due]")) {
      const minutes = Math.floor((now - Number(row.dataset.due)) / 60);
      const cell = row.querySelector(".late");
      if (minutes < 1 || minutes >= 120 || Number(cell.dataset.shown ?? 0) >= minutes) continue;
      const known = Number((cell.textContent.match(/\d+/) ?? [0])[0]);
      cell.dataset.shown = minutes;
      if (known >= minutes) continue;
      const mark = document.createElement("span");
      mark.className = minutes >= 60 ? "bad" : "warn";
      mark.textContent = live.dataset.late.replace("{n}", minutes);
      cell.replaceChildren(mark);
    }
  }

  document.addEventListener("live:rated", (event) => {
    const spoken = event.detail.slice(-3).map((rating) => rating.said);
    document.getElementById("announced").textContent = spoken.join(" ");
  });
  document.addEventListener("visibilitychange", () => document.hidden || poll());
  window.addEventListener("online", poll);
  window.addEventListener("offline", () => say("offline"));
  window.addEventListener("pageshow", poll);
  setInterval(tick, 15000);
  since = new Date();
  poll();
})();
