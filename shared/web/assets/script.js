// A little comfort. Every page is complete without this file.
"use strict";

// The error summary takes the focus, so that it is read aloud first.
const summary = document.querySelector(".error-summary");
if (summary) summary.focus();

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
