// A little comfort. Every page is complete without this file.
"use strict";

// The error summary takes the focus, so that it is read aloud first.
const summary = document.querySelector(".error-summary");
if (summary) summary.focus();

// The page of a form that was refused: the way back leads to its address, and does not ask whether to send the form once more.
if (summary) history.replaceState(history.state, "", location.href);

// The button that prints; the browser's menu does the same.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// A form that goes on by itself while rows go in.
const onward = document.querySelector("form[data-onward]");
if (onward) onward.submit();

// A file can be dropped on its field.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    input.files = event.dataTransfer.files;
  });
}

// Saved: the draft has done its work, also where its form is shown again.
if (new URLSearchParams(location.search).has("saved")) {
  for (const key of Object.keys(localStorage)) if (key.startsWith("draft/visit/") && key === sessionStorage.getItem("sent")) localStorage.removeItem(key);
  sessionStorage.removeItem("sent");
}

// What is typed into a form at the shop door survives a dropped connection: kept in this browser until the form has been sent.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = `draft/${form.dataset.draft}`;
  // Not what somebody signed, and not whose name it is.
  const fields = () => [...form.elements].filter((field) => field.name && field.type !== "file" && field.type !== "hidden" && !field.closest("[data-signature]"));
  const kept = JSON.parse(localStorage.getItem(key) || "null");
  if (kept && !summary) {
    for (const field of fields()) {
      if (!(field.id in kept)) continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = kept[field.id];
      else field.value = kept[field.id];
      const folded = field.value && field.closest("details");
      if (folded && field.type !== "radio" && field.type !== "checkbox" && field.value !== field.defaultValue) for (let one = folded; one; one = one.parentElement.closest("details")) one.open = true;
    }
  }
  form.addEventListener("input", () => {
    const now = fields().map((field) => [field.id, field.type === "checkbox" || field.type === "radio" ? field.checked : field.value]);
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(now)));
  });
}
for (const form of document.querySelectorAll("form[data-draft]")) {
  form.addEventListener("submit", () => sessionStorage.setItem("sent", `draft/${form.dataset.draft}`));
}

// Without a network a form stays where it is, with everything that was typed.
for (const form of document.querySelectorAll("form.stack")) {
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const said = form.querySelector(".offline") || form.appendChild(document.createElement("p"));
    said.className = "offline error";
    said.setAttribute("role", "alert");
    said.textContent = "现在没有网络。填好的内容都还在，连上网以后再按一次。";
  });
}

// Where somebody allows it, a form says where it was filled in. Refused or not known, it says nothing and stays as it is.
for (const box of document.querySelectorAll("input[data-position]")) {
  if (!navigator.geolocation) continue;
  const said = document.getElementById(box.dataset.position);
  box.parentElement.hidden = false;
  box.addEventListener("change", () => {
    said.value = "";
    if (!box.checked) return;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => (said.value = box.checked ? `${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}` : ""),
      () => (box.checked = false),
      { timeout: 20000, maximumAge: 60000 },
    );
  });
}

// Whoever likes signs with a finger. What is drawn goes along as lines, [x, y, x, y, …], in the measure of the canvas.
for (const pad of document.querySelectorAll("[data-signature]")) {
  const canvas = pad.querySelector("canvas");
  const field = pad.querySelector("input[type=hidden]");
  const pen = canvas.getContext("2d");
  if (!pen || !window.PointerEvent) continue;
  let lines = JSON.parse(field.value || "[]");
  let line = null;
  const draw = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = 4;
    pen.lineCap = pen.lineJoin = "round";
    for (const [x, y, ...rest] of lines) {
      pen.beginPath();
      pen.moveTo(x, y);
      if (!rest.length) pen.lineTo(x, y);
      for (let at = 0; at < rest.length; at += 2) pen.lineTo(rest[at], rest[at + 1]);
      pen.stroke();
    }
    field.value = lines.length ? JSON.stringify(lines) : "";
  };
  const points = () => lines.reduce((sum, one) => sum + one.length / 2, 0);
  const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
  const go = (event) => {
    const box = canvas.getBoundingClientRect();
    const x = within(((event.clientX - box.left) / box.width) * canvas.width, canvas.width);
    const y = within(((event.clientY - box.top) / box.height) * canvas.height, canvas.height);
    const [lastX, lastY] = line.slice(-2);
    if (points() < Number(canvas.dataset.points) && !(Math.hypot(x - lastX, y - lastY) < 3)) line.push(x, y);
    draw();
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || line || points() >= Number(canvas.dataset.points)) return;
    canvas.setPointerCapture(event.pointerId);
    lines.push((line = []));
    go(event);
  });
  canvas.addEventListener("pointermove", (event) => line && go(event));
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (line = null));
  pad.querySelector("button").addEventListener("click", () => {
    lines = [];
    draw();
  });
  draw();
  pad.hidden = false;
  if (field.value) pad.open = true;
}

// A way out for whoever is being watched: the page is replaced, so that «back» does not lead here again. Also Esc three times.
const leave = document.querySelector("form[data-leave]");
if (leave) {
  const away = () => {
    fetch(leave.action, { method: "POST", keepalive: true });
    location.replace(leave.dataset.leave);
  };
  leave.addEventListener("submit", (event) => {
    event.preventDefault();
    away();
  });
  let pressed = [];
  document.addEventListener("keydown", (event) => {
    pressed = event.key === "Escape" ? [...pressed.filter((at) => Date.now() - at < 2000), Date.now()] : [];
    if (pressed.length >= 3) away();
  });
}

// Against floods: a number is looked for such that its hash begins with zeros. Without this, or without crypto, one waits.
const work = document.querySelector("input[data-challenge]");
if (work && globalThis.crypto && crypto.subtle) {
  const form = work.form;
  let found = null;
  const search = (async () => {
    const encoder = new TextEncoder();
    for (let n = 0; ; n++) {
      const hash = new DataView(await crypto.subtle.digest("SHA-256", encoder.encode(`${work.dataset.challenge}:${n}`)));
      if (Math.clz32(hash.getUint32(0)) >= Number(work.dataset.bits)) return n;
    }
  })();
  form.addEventListener("submit", async (event) => {
    if (found !== null) return;
    event.preventDefault();
    found = await search;
    work.value = found;
    form.submit();
  });
}
