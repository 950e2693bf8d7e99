// Puts what has changed into the board, row by row: what is not touched keeps its place, its focus and its scroll.
const liveMerge = (() => {
  const GLOW_MS = 8000;

  function place(row) {
    return Number(row.dataset.place);
  }

  // Marks a row or a rating as new for a few seconds, in words and colour.
  function glow(element, word) {
    element.classList.add("new");
    const tag = document.createElement("span");
    tag.className = "tag just";
    tag.textContent = word;
    (element.querySelector(".go, .open") ?? element).after(" ", tag);
    setTimeout(() => {
      element.classList.remove("new");
      tag.remove();
    }, GLOW_MS);
  }

  function swap(old, fresh) {
    const focused = old.contains(document.activeElement);
    if (old.hasAttribute("aria-current")) fresh.setAttribute("aria-current", "true");
    old.replaceWith(fresh);
    if (focused) fresh.querySelector("a")?.focus({ preventScroll: true });
  }

  // Whether the row found its place; without one the whole board has to be read again.
  function putRow(group, fresh, whole) {
    const old = document.getElementById(fresh.id);
    if (old && old.parentElement !== group) return false;
    if (old && place(old) === place(fresh)) {
      swap(old, fresh);
      return true;
    }
    const rows = [...group.rows].slice(1).filter((row) => row !== old);
    const next = rows.find((row) => place(row) > place(fresh));
    // Behind the last row of a board that shows only its beginning, there may be others.
    if (!next && !whole && !group.nextElementSibling) return true;
    if (old) swap(old, fresh);
    group.insertBefore(fresh, next ?? null);
    return true;
  }

  function putRating(feed, fresh) {
    const old = feed.querySelector(`[data-order="${fresh.dataset.order}"]`);
    if (old?.dataset.rated === fresh.dataset.rated) return false;
    old?.remove();
    const next = [...feed.children].find((item) => Number(item.dataset.at) < Number(fresh.dataset.at));
    feed.insertBefore(fresh, next ?? null);
    while (feed.children.length > 8) feed.lastElementChild.remove();
    return true;
  }

  function told(fresh, word) {
    fresh.forEach((item) => glow(item, word));
    for (const item of fresh) {
      const row = document.getElementById(`order-${item.dataset.order}`);
      if (row) glow(row, word);
    }
    if (fresh.length) {
      document.dispatchEvent(new CustomEvent("live:rated", { detail: fresh.map((item) => ({ ...item.dataset })) }));
    }
  }

  // The changed part of the board; false where it does not fit and the whole board has to be read again.
  function news(part, board, word) {
    const table = board.querySelector("table.board");
    const gone = [...part.querySelectorAll(".gone [data-order]")];
    if (!table || gone.some((item) => document.getElementById(`order-${item.dataset.order}`))) return false;
    board.querySelector("#counters").replaceWith(part.querySelector("#counters"));
    for (const group of [...part.querySelectorAll("tbody")]) {
      const own = document.getElementById(group.id);
      if (!own && board.dataset.shown === "part") continue;
      if (!own) return false;
      const [head, ...rows] = [...group.rows];
      swap(own.rows[0], head);
      if (!rows.every((row) => putRow(own, row, board.dataset.shown === "all"))) return false;
    }
    const feed = board.querySelector(".feed");
    const ratings = [...part.querySelectorAll(".feed > li")].reverse();
    told(ratings.filter((item) => putRating(feed, item)), word);
    board.dataset.version = part.dataset.version;
    return true;
  }

  // The whole board anew; ratings that were not there before are told like any others.
  function whole(fresh, board, word) {
    const seen = new Map([...board.querySelectorAll(".feed > li")].map((li) => [li.dataset.order, li.dataset.rated]));
    const focused = document.activeElement?.closest?.("tr[id], .feed > li, tbody");
    const current = board.querySelector("tr[aria-current]")?.id;
    const oldest = Math.min(...[...board.querySelectorAll(".feed > li")].map((li) => Number(li.dataset.at)), Infinity);
    const first = seen.size === 0;
    board.replaceWith(fresh);
    if (current) document.getElementById(current)?.setAttribute("aria-current", "true");
    if (focused?.id) document.getElementById(focused.id)?.querySelector("a")?.focus({ preventScroll: true });
    const ratings = [...fresh.querySelectorAll(".feed > li")];
    const unseen = (li) => seen.get(li.dataset.order) !== li.dataset.rated;
    told(ratings.filter((li) => unseen(li) && (first || Number(li.dataset.at) > oldest)), word);
  }

  return { news, whole };
})();
