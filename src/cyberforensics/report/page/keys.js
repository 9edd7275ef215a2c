// Single keys, told by `?`, and light or dark; what is chosen here lasts as long as the page is open.

const KEYS = [
  ["/", "Search everything"],
  ["?", "This list"],
  ["1", "Page one"],
  ["f", "Findings"],
  ["t", "Timeline"],
  ["e", "Entries"],
  ["m", "Method"],
  ["d", "Light or dark"],
];
const OTHER_KEYS = [
  ["Tab, Shift+Tab", "to the next or the last field, button, plot or table"],
  ["\u2191 \u2193 Page Up, Page Down, Home, End", "in a table: to another row"],
  ["Enter", "in a table: all about the row; on a column's title: sort, again for the other way, again for none"],
  ["+ \u2212", "on the plot: zoom in, zoom out"],
  ["\u2190 \u2192", "on the plot: earlier, later"],
  ["Shift+\u2190, Shift+\u2192", "on the plot: move the end of what is shown"],
  ["Home or Escape", "on the plot: all dates"],
  ["Escape", "close a window, empty a search"],
];

class Keys {
  constructor() {
    this.on = true;
    this.places = { 1: "top", f: "findings", t: "timeline", e: "entries", m: "method" };
    document.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    if (!this.on && event.key !== "?") return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target instanceof Element && event.target.closest("input:not([type=checkbox]), select, textarea, dialog[open]")) return;
    if (event.key === "?") this.help();
    else if (event.key === "/") document.getElementById("everywhere").focus();
    else if (event.key === "d") theme.next();
    else if (Object.hasOwn(this.places, event.key)) this.go(this.places[event.key]);
    else return;
    event.preventDefault();
  }

  go(id) {
    const place = document.getElementById(id);
    place.scrollIntoView();
    place.setAttribute("tabindex", "-1");
    place.focus({ preventScroll: true });
  }

  help() {
    const box = h("input", { type: "checkbox", checked: this.on, onchange: () => (this.on = box.checked) });
    const table = (caption, rows) =>
      h("table", { class: "keys" }, h("caption", null, caption), h("tbody", null, rows.map(([key, text]) => h("tr", null, h("th", { scope: "row" }, h("kbd", null, key)), h("td", null, text)))));
    openDetails("Keys", table("Anywhere but in a field", KEYS), h("label", { class: "field-check" }, box, h("span", null, "these single keys are on")), table("Where the focus is", OTHER_KEYS));
  }
}

// The rule of the style for dark is switched itself: nothing is stored, and the policy stays as it is.
const theme = {
  chosen: "",
  names: [["", "as the system"], ["light", "light"], ["dark", "dark"]],

  set(name) {
    if (!this.rule) this.rule = [...document.styleSheets[0].cssRules].find((rule) => rule.media && rule.media.mediaText.includes("prefers-color-scheme"));
    this.chosen = name;
    this.rule.media.mediaText = { "": "screen and (prefers-color-scheme: dark)", light: "not all", dark: "screen" }[name];
    document.documentElement.style.colorScheme = name;
    if (this.select) this.select.value = name;
  },

  next() {
    const dark = this.chosen ? this.chosen === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
    this.set(dark ? "light" : "dark");
  },

  element() {
    const field = choice("Colours", this.names, (name) => this.set(name));
    this.select = field.querySelector("select");
    return field;
  },
};

// On paper the handling mark stands on every page. Whatever it holds becomes escapes of a style's string.
function markPaper(text) {
  if (!text) return;
  const escaped = [...text].map((character) => (/[A-Za-z0-9 ]/.test(character) ? character : "\\" + character.codePointAt(0).toString(16) + " ")).join("");
  const sheet = document.styleSheets[0];
  sheet.insertRule('@media print { @page { @top-center { content: "' + escaped + '"; font: 700 9pt sans-serif; color: #111; } } }', sheet.cssRules.length);
}
