// Comfort for those who run scripts; every page works without. Nothing here holds state that matters.
"use strict";

(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const first = (selector) => document.querySelector(selector);

  function copyButtons() {
    if (!navigator.clipboard) return;
    for (const button of all("[data-copy]")) {
      button.hidden = false;
      const label = button.querySelector(".away");
      const words = label.textContent;
      label.setAttribute("aria-live", "polite");
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.classList.add("copied");
        label.textContent = button.dataset.copied;
        setTimeout(() => {
          button.classList.remove("copied");
          label.textContent = words;
        }, 2000);
      });
    }
  }

  function printButtons() {
    for (const button of all("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  }

  // A form that asks first. Without this script the server asks, on a page of its own.
  function confirmForms() {
    const dialog = first("#confirm");
    if (!dialog || !dialog.showModal) return;
    for (const form of all("form[data-confirm]")) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        first("[data-confirm-text]").textContent = form.dataset.confirm;
        dialog.returnValue = "no";
        dialog.showModal();
        dialog.addEventListener("close", () => {
          if (dialog.returnValue !== "yes") return;
          const sure = document.createElement("input");
          Object.assign(sure, { type: "hidden", name: "sure", value: "yes" });
          form.append(sure);
          form.submit();
        }, { once: true });
      });
    }
  }

  function selectionCount() {
    for (const button of all("[data-count]")) {
      const words = button.textContent;
      const boxes = all('input[type="checkbox"]', button.form);
      const show = () => {
        const count = boxes.filter((box) => box.checked).length;
        button.disabled = count === 0;
        button.textContent = count ? `${words} (${count} ${button.dataset.count})` : words;
      };
      boxes.forEach((box) => box.addEventListener("change", show));
      show();
    }
  }

  function keyboard() {
    const rows = all("[data-row]").map((row) => (row.matches("a") ? row : row.querySelector("a"))).filter(Boolean);
    const move = (step) => {
      if (!rows.length) return;
      const at = rows.indexOf(document.activeElement);
      const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step));
      rows[next].focus();
    };
    const acts = {
      "/": () => first("[data-search]")?.focus(),
      j: () => move(1),
      k: () => move(-1),
      "?": () => first("#keys")?.showModal(),
    };
    document.addEventListener("keydown", (event) => {
      const typing = event.target.matches("input, textarea, select, [contenteditable]");
      if (typing || event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
      event.preventDefault();
      acts[event.key]();
    });
  }

  function tips() {
    for (const tip of all("[data-tip]")) {
      let timer;
      const later = (open, wait) => {
        clearTimeout(timer);
        timer = setTimeout(() => { tip.open = open; }, wait);
      };
      tip.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && later(true, 250));
      tip.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && later(false, 300));
      document.addEventListener("keydown", (event) => { if (event.key === "Escape") tip.open = false; });
      document.addEventListener("click", (event) => { if (!tip.contains(event.target)) tip.open = false; });
    }
  }

  // When someone last did something here: what runs by itself must not keep a session alive.
  let seen = Date.now();
  ["keydown", "pointerdown"].forEach((kind) => document.addEventListener(kind, () => { seen = Date.now(); }, { passive: true }));

  function liveCounters() {
    const counters = all("[data-live]");
    if (!counters.length) return;
    const refresh = async () => {
      if (document.hidden || Date.now() - seen > 60000) return;
      const answer = await fetch("/console/live", { headers: { accept: "application/json" } }).catch(() => null);
      if (!answer || !answer.ok) return;
      const counts = await answer.json();
      for (const counter of counters) {
        const count = counts[counter.dataset.live];
        if (typeof count === "number") counter.textContent = count.toLocaleString("en-US");
      }
    };
    setInterval(refresh, 10000);
  }

  // Long work: what tells how far it is comes anew until it is over.
  function watchWork() {
    const part = first("[data-again]");
    if (!part) return;
    const look = async () => {
      if (document.hidden || Date.now() - seen > 60000) return;
      const answer = await fetch(location.href).catch(() => null);
      if (!answer || !answer.ok) return;
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
      if (!next?.dataset.again) location.reload();
      else part.replaceChildren(...next.childNodes);
    };
    setInterval(look, Number(part.dataset.again));
  }

  // Warns before the session ends, keeps it while someone works, and takes private text off an
  // unattended screen. What is being written is never thrown away.
  function idleWatch() {
    const seconds = Number(document.body.dataset.idleSeconds || 0);
    const warning = first(".idle");
    if (!seconds || !warning) return;
    let told = seen;
    const stay = () => {
      told = Date.now();
      fetch(document.body.dataset.ping || location.href, { method: "HEAD" }).catch(() => null);
    };
    // the console tells the server now and then that someone works here; a patient presses the button
    const active = () => {
      warning.hidden = true;
      if (document.body.dataset.ping && Date.now() - told > (seconds * 1000) / 3) stay();
    };
    ["keydown", "pointerdown"].forEach((kind) => document.addEventListener(kind, active, { passive: true }));
    first("[data-stay]").addEventListener("click", stay);
    const timer = setInterval(() => {
      const left = seconds - (Date.now() - seen) / 1000;
      if (left > 0) {
        warning.hidden = left > 120;
        return;
      }
      clearInterval(timer);
      if (all("textarea").some((area) => area.value.trim())) all(".letter").forEach((letter) => letter.remove());
      else location.reload();
    }, 1000);
  }

  // A page brought back from the browser's memory may be of a session that has ended: ask anew.
  function comeBack() {
    if (!document.body.dataset.idleSeconds) return;
    window.addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      document.body.hidden = true;
      location.replace(location.href);
    });
  }

  function focusFaults() {
    first("[data-focus]")?.focus();
  }

  for (const comfort of [copyButtons, printButtons, confirmForms, selectionCount, keyboard, tips, liveCounters, watchWork, idleWatch, comeBack, focusFaults]) {
    comfort();
  }
})();
