"use strict";
// Elements are made with createElement and text nodes, never from markup: what came from evidence stays text.

function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function s(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  put(element, ...children);
  return element;
}

function put(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

function island(name) {
  const holder = document.getElementById("data-" + name);
  const data = JSON.parse(holder.textContent);
  holder.remove();
  return data;
}

function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function counted(number, one, many) {
  return grouped(number) + " " + (number === 1 ? one : many || one + "s");
}

const UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

function sizeText(bytes) {
  let value = Number(bytes);
  if (value < 1024) return value + " B";
  let unit = -1;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return value.toFixed(1) + " " + UNITS[unit];
}

function section(id, title, ...children) {
  const link = h("a", { class: "anchor", href: "#" + id, "aria-label": "Link to: " + title }); // its sign is the style's
  return h("section", { id, "aria-labelledby": id + "-title" }, h("h2", { id: id + "-title" }, title, link), children);
}

function missing(text) {
  return h("span", { class: "missing" }, text || "not available");
}

function verdict(word) {
  const kinds = { MATCH: "yes", UNCHANGED: "yes", MISMATCH: "no", CHANGED: "no" };
  return h("span", { class: "verdict verdict-" + (kinds[word] || "open") }, word);
}

function severityMark(word) {
  return h("span", { class: "severity severity-" + word }, word);
}

function mono(text) {
  return h("span", { class: "mono" }, text);
}

// A name with its stream; breaks are allowed behind each separator, so long paths wrap where people expect.
function pathNode(path, stream) {
  const node = h("span", { class: "path" });
  for (const part of path.split(/(?<=\/)/)) put(node, part, h("wbr"));
  if (stream !== null && stream !== undefined) put(node, h("span", { class: "stream" }, ":" + stream));
  return node;
}

// A moment: its text, and in words what keeps it from being plain UTC.
function timeNode(text, flag, basis, short) {
  const mark = flag !== null && flag !== undefined ? flag : basis === "utc" ? null : (short ? SHORT_MARKS : ZONE_MARKS)[basis];
  return h(
    "span",
    { class: "time" },
    text,
    mark && h("span", { title: flag === null || flag === undefined ? ZONE_MARKS[basis] : null, class: "mark" + (basis === "local-unknown" ? " mark-strong" : "") }, mark)
  );
}

// A size as people read it; the exact one is where the pointer rests, and in the details.
function sizeNode(bytes) {
  return h("span", { title: grouped(bytes) + " bytes" }, sizeText(bytes));
}

function exactSize(bytes) {
  return sizeText(bytes) + (Number(bytes) >= 1024 ? " (" + grouped(bytes) + " bytes)" : "");
}

// The zone in which times stand beside UTC, in a sentence; nothing where none was chosen.
function zoneNote(doc) {
  const zone = doc.shownZone;
  return zone && h("p", { class: "soft" }, "Beside UTC, times are shown in " + zone.name + " with its offset at that moment (tzdata " + zone.tzdata + "). Local times of unknown zone and bare dates are not shifted.");
}

const SHORT_MARKS = { "local-unknown": "zone unknown", "local-declared": "declared", "offset-recorded": "offset" };

const ZONE_MARKS = {
  "local-unknown": "local time, zone unknown",
  "local-declared": "zone declared",
  "offset-recorded": "offset recorded",
};

function list(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs.filter((pair) => pair && pair[1] !== null && pair[1] !== undefined).map(([term, value]) => [h("dt", null, term), h("dd", null, value)])
  );
}

function plainTable(caption, heads, rows, options) {
  const right = (options && options.right) || [];
  return h(
    "div",
    { class: "table-box", tabindex: "0", role: "region", "aria-label": caption },
    h(
      "table",
      { class: (options && options.class) || null },
      h("caption", null, caption),
      h("thead", null, h("tr", null, heads.map((head, place) => h("th", { scope: "col", class: right.includes(place) && "right" }, head)))),
      h(
        "tbody",
        null,
        rows.map((cells) => h("tr", null, cells.map((cell, place) => h("td", { class: right.includes(place) && "right" }, cell))))
      )
    )
  );
}

function choice(label, options, changed) {
  const select = h("select", { onchange: () => changed(select.value) }, options.map(([value, text]) => h("option", { value }, text)));
  return h("label", { class: "field" }, h("span", null, label), select);
}

function search(label, hint, changed) {
  const input = h("input", { type: "search", placeholder: hint, spellcheck: "false", autocomplete: "off", oninput: () => changed(input.value) });
  return h("label", { class: "field field-wide" }, h("span", null, label), input);
}

function openDetails(title, ...content) {
  const dialog = document.getElementById("details");
  const close = h("button", { class: "close", type: "button", onclick: () => dialog.close() }, "Close");
  dialog.replaceChildren(h("header", null, h("h3", { id: "details-title" }, title), close), h("div", { class: "details-body" }, content));
  if (!dialog.open) dialog.showModal();
  close.focus();
}

// Which of `volumes` lie in which exhibit, as two lists to choose from.
function volumeChoices(doc, volumes, chosen) {
  const met = [...new Set(volumes)].filter((id) => id !== null).sort();
  const exhibits = doc.exhibits.map((exhibit) => exhibit.id);
  return [
    exhibits.length > 1 && choice("Exhibit", [["", "all"]].concat(exhibits.map((id) => [id, id])), (value) => chosen("exhibit", value)),
    met.length > 1 && choice("Volume", [["", "all"]].concat(met.map((id) => [id, id])), (value) => chosen("volume", value)),
  ];
}

function exhibitsOf(doc) {
  return new Map(doc.exhibits.flatMap((exhibit) => exhibit.volumes.map((volume) => [volume.id, exhibit.id])));
}

function labelChoice(labels, chosen) {
  const met = [...new Set(labels)].sort();
  return met.length > 0 && choice("Label", [["", "all"]].concat(met.map((label) => [label, label])), chosen);
}

function cutNotice(shown, total, which, where, doc) {
  if (total <= shown) return null;
  return h(
    "p",
    { class: "cut", role: "note" },
    h("strong", null, counted(total - shown, "row") + " left out."),
    " This file holds " + grouped(shown) + " of " + grouped(total) + " (" + which + "). All of them are in ",
    where.map((place, index) => [index ? (index === where.length - 1 ? " and " : ", ") : "", h("code", null, place)]),
    ". ",
    doc.seal ? ["SHA-256 of ", h("code", null, "case.sqlite"), ": ", h("span", { class: "mono digest" }, doc.seal.store), "; that of each file stands in ", h("code", null, "manifest-sha256.txt"), "."] : ["The case is not sealed: the digests of these files are not fixed yet."]
  );
}
