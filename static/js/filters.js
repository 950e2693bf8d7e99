// On phones the filters are a sheet: once they are applied without a new page, it has to close by itself.
document.addEventListener("submit", (event) => {
  if (event.target.matches(".sentence:popover-open")) event.target.hidePopover();
});
