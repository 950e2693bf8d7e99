// Opens an order's details beside the board, with an address of its own; without scripts the same link opens its page.
(() => {
  const live = document.getElementById("live");
  const panel = document.getElementById("panel");
  let opened = new URLSearchParams(location.search).get("order");
  let turn = 0;

  function mark() {
    for (const row of document.querySelectorAll("#board tr[aria-current]")) row.removeAttribute("aria-current");
    if (opened) document.getElementById(`order-${opened}`)?.setAttribute("aria-current", "true");
  }

  function write(order) {
    const query = new URLSearchParams(location.search);
    if (order) query.set("order", order);
    else query.delete("order");
    history.pushState(null, "", query.size ? `${location.pathname}?${query}` : location.pathname);
  }

  async function show(order, { focus = true } = {}) {
    opened = order;
    const asked = ++turn;
    mark();
    if (!order) {
      panel.replaceChildren();
      return;
    }
    const answer = await fetch(`${live.dataset.panel}${order}`, { redirect: "manual", cache: "no-store" });
    if (!answer.ok || asked !== turn) return;
    panel.innerHTML = await answer.text();
    if (focus) document.getElementById("panel-title").focus();
  }

  function close() {
    const row = document.getElementById(`order-${opened}`);
    write(null);
    show(null);
    row?.querySelector(".go").focus();
  }

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("#board .go, #board .open");
    if (link) {
      event.preventDefault();
      const order = new URL(link.href).pathname.split("/").pop();
      write(order);
      show(order);
    } else if (event.target.closest("#close-panel")) {
      event.preventDefault();
      close();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && opened && !document.querySelector(":popover-open")) close();
  });
  window.addEventListener("popstate", () => show(new URLSearchParams(location.search).get("order")));
  // What is being written into one of the panel's forms stays; otherwise the panel follows its order.
  document.addEventListener("live:changed", () => {
    mark();
    const busy = panel.querySelector("details.ask[open]") || panel.contains(document.activeElement);
    if (opened && !busy) show(opened, { focus: false });
  });
  document.addEventListener("htmx:after:swap", mark);
  mark();
})();
