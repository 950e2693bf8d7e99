// On phones the filters are a sheet: once they are applied without a new page, it has to close by itself.
document.addEventListener("submit", (event) => {
  if (event.target.matches(".sentence:popover-open")) event.target.hidePopover();
});

// On phones the tabs are wider than the page: the current one is brought into view.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
