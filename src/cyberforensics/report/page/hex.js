// Matched bytes as offset, hexadecimal and ASCII.

function hexView(offset, length, hex) {
  const bytes = hex.match(/../g) || [];
  const base = typeof offset === "string" ? BigInt(offset) : BigInt(offset);
  const lines = [];
  for (let place = 0; place < bytes.length; place += 16) {
    const row = bytes.slice(place, place + 16);
    const shown = row.map((byte) => {
      const code = parseInt(byte, 16);
      return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : ".";
    });
    const left = row.slice(0, 8).join(" ");
    const right = row.slice(8).join(" ");
    lines.push(
      h("span", { class: "hex-offset" }, (base + BigInt(place)).toString(16).padStart(8, "0")),
      "  " + (left + "  " + right).padEnd(49) + "  ",
      h("span", { class: "hex-text" }, shown.join("")),
      "\n"
    );
  }
  const cut = Number(length) - bytes.length;
  return h("pre", { class: "hex", tabindex: "0" }, lines, cut > 0 && h("span", { class: "hex-offset" }, "+ " + counted(cut, "more matched byte")));
}
