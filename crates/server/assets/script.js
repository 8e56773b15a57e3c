"use strict";
// Pages work without this. It copies texts, and renews pages that wait for something.
(() => {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      button.textContent = "Selected";
    }
  });
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;

  // One open menu at a time, and none after Escape.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.switch[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.switch[open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });

  const known = document.body.dataset.live;
  if (known === undefined || new URLSearchParams(location.search).has("at")) return;
  let size = known;
  let renewing = false;
  const main = document.getElementById("main");
  const fields = "input:not([type=hidden]), select, textarea";
  const isChanged = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const said = [...field.options].some((option) => option.defaultSelected);
    return [...field.options].some((option, place) => option.selected
      !== (said || field.multiple ? option.defaultSelected : place === 0));
  };
  // Nothing is taken from under somebody who fills something in, or marks a text to copy it.
  const isBusy = () => {
    const held = document.activeElement;
    if (main.contains(held) && held.matches(fields)) return true;
    const selection = getSelection();
    if (!selection.isCollapsed && main.contains(selection.anchorNode)) return true;
    return [...main.querySelectorAll(fields)].some(isChanged);
  };
  // What an element is on the page of before and on the new one: its id, or else its kind, its words and its place among such.
  const name = (it) => [it.tagName, it.getAttribute("href") ?? it.getAttribute("aria-label")
    ?? (it.matches("a, button, summary") ? it.textContent.trim() : "")].join(" ");
  const alike = (tag, key) => [...main.querySelectorAll(tag)].filter((it) => name(it) === key);
  const finder = (it) => {
    if (it.id) return () => document.getElementById(it.id);
    const key = name(it);
    const place = alike(it.tagName, key).indexOf(it);
    return () => {
      const found = alike(it.tagName, key);
      return found[place] ?? found[0];
    };
  };
  const renew = async () => {
    if (renewing || size === document.body.dataset.live || isBusy()) return;
    renewing = true;
    try {
      const wanted = size;
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("main");
      // Somebody may have begun while the page was on its way.
      if (!fresh || isBusy()) return;
      const held = document.activeElement;
      const focus = main.contains(held) && held !== main ? finder(held) : null;
      const scrolled = [...main.querySelectorAll(".scroll, .picture, .diff, pre")]
        .filter((it) => it.scrollLeft || it.scrollTop)
        .map((it) => [finder(it), it.scrollLeft, it.scrollTop]);
      const folds = [...main.querySelectorAll("details > summary")].map((it) => [finder(it), it.parentElement.open]);
      main.replaceChildren(...fresh.childNodes);
      for (const [find, open] of folds) {
        const summary = find();
        if (summary) summary.parentElement.open = open;
      }
      for (const [find, left, top] of scrolled) find()?.scrollTo(left, top);
      focus?.()?.focus({ preventScroll: true });
      for (const button of main.querySelectorAll("[data-copy]")) button.hidden = false;
      document.body.dataset.live = page.body.dataset.live ?? wanted;
    } finally {
      renewing = false;
    }
  };
  // What came while somebody was busy is shown when they are not any more; not at once, for they may be pressing a button.
  main.addEventListener("focusout", () => setTimeout(renew, 1000));
  let source = null;
  const follow = () => {
    source = new EventSource("/events");
    source.onmessage = (event) => {
      size = event.data;
      renew();
    };
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { source?.close(); source = null; }
    else if (!source) follow();
  });
  if (!document.hidden) follow();
})();
