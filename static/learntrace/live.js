/* Keeps the part #live of a page up to date while the page is visible. Only what differs is
   replaced, so focus, scroll position and open details stay, and forms keep what was typed. */
"use strict";
{
  const part = document.getElementById("live");
  const control = document.getElementById("live-control");
  const box = control.querySelector("input");
  const { path } = control.dataset;
  let tag = control.dataset.tag;
  let timer;

  const callbacks = {
    beforeNodeMorphed: (old) => !(old instanceof HTMLFormElement || old instanceof HTMLInputElement),
    beforeAttributeUpdated: (name, element) => name !== "open" || !(element instanceof HTMLDetailsElement),
  };

  async function refresh() {
    const headers = { "X-Live": "1", "If-None-Match": tag };
    const response = await fetch(location.href, { headers, cache: "no-store", redirect: "manual" });
    if (response.ok && box.checked) {
      tag = response.headers.get("ETag");
      Idiomorph.morph(part, await response.text(), { morphStyle: "innerHTML", callbacks });
    } else if (response.type === "opaqueredirect" || response.status === 403 || response.status === 404) {
      box.checked = false; // Logged out, or no longer allowed.
    }
  }

  function schedule() {
    clearTimeout(timer);
    if (!box.checked || document.visibilityState !== "visible") return;
    timer = setTimeout(() => refresh().catch(() => {}).finally(schedule), 1000 * control.dataset.seconds);
  }

  box.addEventListener("change", () => {
    document.cookie = `live=${box.checked ? "on" : "off"}; path=${path}; max-age=31536000; samesite=lax`;
    schedule();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && box.checked) refresh().catch(() => {}).finally(schedule);
    else schedule();
  });
  control.hidden = false;
  schedule();
}
