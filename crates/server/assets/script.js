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
  const isWriting = () => {
    const main = document.getElementById("main");
    for (const field of main.querySelectorAll("input:not([type=hidden]), textarea"))
      if (field === document.activeElement || (field.value !== field.defaultValue)) return true;
    return false;
  };
  const renew = async () => {
    if (renewing || isWriting()) return;
    renewing = true;
    try {
      const wanted = size;
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const [old, fresh] = [document.getElementById("main"), page.getElementById("main")];
      const place = document.activeElement && old.contains(document.activeElement)
        ? document.activeElement.id : "";
      const open = [...old.querySelectorAll("details[open] > summary")].map((it) => it.textContent);
      old.replaceChildren(...fresh.childNodes);
      for (const summary of old.querySelectorAll("details > summary"))
        if (open.includes(summary.textContent)) summary.parentElement.open = true;
      if (place) document.getElementById(place)?.focus({ preventScroll: true });
      for (const button of old.querySelectorAll("[data-copy]")) button.hidden = false;
      document.body.dataset.live = page.body.dataset.live ?? wanted;
    } finally {
      renewing = false;
    }
  };
  let source = null;
  const follow = () => {
    source = new EventSource("/events");
    source.onmessage = (event) => {
      if (event.data === document.body.dataset.live) return;
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
