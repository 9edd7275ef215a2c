// Thumbnails: pixels drawn on canvases, in coarse blocks until one is opened; opening one closes the other.

const P = { path: 0, stream: 1, volume: 2, entry: 3, sha256: 4, width: 5, height: 6, original: 7, names: 8, labels: 9, pixels: 10 };
const BLOCK = 16; // pixels of a thumbnail in one block

(function () {
  const doc = island("document");
  const pictures = island("pictures");
  let opened = null;

  function colours(row) {
    const bytes = atob(row[P.pixels]);
    const image = new ImageData(row[P.width], row[P.height]);
    for (let place = 0, from = 0; from < bytes.length; place += 4, from += 3) {
      image.data[place] = bytes.charCodeAt(from);
      image.data[place + 1] = bytes.charCodeAt(from + 1);
      image.data[place + 2] = bytes.charCodeAt(from + 2);
      image.data[place + 3] = 255;
    }
    return image;
  }

  // Every pixel of a block becomes the block's mean.
  function coarse(image) {
    const { width, height, data } = image;
    for (let top = 0; top < height; top += BLOCK) {
      for (let left = 0; left < width; left += BLOCK) {
        const sums = [0, 0, 0, 0];
        const each = (act) => {
          for (let y = top; y < Math.min(height, top + BLOCK); y += 1) for (let x = left; x < Math.min(width, left + BLOCK); x += 1) act(4 * (y * width + x));
        };
        each((place) => {
          for (let channel = 0; channel < 3; channel += 1) sums[channel] += data[place + channel];
          sums[3] += 1;
        });
        each((place) => {
          for (let channel = 0; channel < 3; channel += 1) data[place + channel] = sums[channel] / sums[3];
        });
      }
    }
    return image;
  }

  function card(row) {
    const canvas = h("canvas", { width: row[P.width], height: row[P.height], role: "img", "aria-label": "Thumbnail, pixelated" });
    const button = h("button", { type: "button", "aria-pressed": "false", onclick: () => (opened === self ? close() : open()) }, "Open");
    const draw = (clear) => {
      canvas.getContext("2d").putImageData(clear ? colours(row) : coarse(colours(row)), 0, 0);
      canvas.setAttribute("aria-label", clear ? "Thumbnail, open" : "Thumbnail, pixelated");
      button.setAttribute("aria-pressed", String(clear));
      button.textContent = clear ? "Pixelate" : "Open";
    };
    const close = () => {
      opened = null;
      draw(false);
    };
    const open = () => {
      if (opened) opened.close();
      opened = self;
      draw(true);
    };
    const self = { close };
    draw(false);
    return h(
      "li",
      { class: "thumbnail" },
      h("div", { class: "thumbnail-picture" }, canvas, button),
      h(
        "div",
        { class: "thumbnail-facts" },
        h("p", { class: "card-path" }, pathNode(row[P.path], row[P.stream])),
        list([
          ["Entry", mono(row[P.entry])],
          ["Volume", mono(row[P.volume])],
          ["SHA-256", h("span", { class: "mono digest" }, row[P.sha256])],
          ["Picture", row[P.original] && grouped(row[P.original][0]) + " \u00d7 " + grouped(row[P.original][1]) + " pixels"],
          row[P.names] ? ["Other names", grouped(row[P.names])] : null,
          row[P.labels].length ? ["Labels", row[P.labels].join(", ")] : null,
        ])
      )
    );
  }

  document.title = "RESTRICTED: thumbnails of " + doc.title;
  put(
    document.getElementById("report"),
    h("header", { class: "front" },
      h("p", { class: "restricted" }, "RESTRICTED"),
      h("h1", null, "Thumbnails of " + doc.title),
      h("p", { class: "lead" }, "Chosen: " + doc.selection + ", " + counted(doc.chosen, "content") + "; shown here: " + grouped(pictures.length) + ". Pictures are decoded and drawn small again; no file of the evidence is in this page. Each is pixelated until it is opened, one at a time, and on paper."),
      doc.restricted && h("p", { class: "alert" }, "What people labelled as restricted is in this file, since it was asked for. The examination log has that."),
      h("p", { class: "soft" }, "The first frame, as it is stored: turning and colour profiles are not applied. Decoded: " + doc.formats + ". At most " + counted(doc.most, "picture") + ". " + doc.product)
    ),
    h("section", { "aria-label": "Thumbnails" }, pictures.length ? h("ul", { class: "thumbnails" }, pictures.map(card)) : h("p", { class: "none" }, "No thumbnail could be made.")),
    doc.reasons.length > 0 &&
      h("section", { id: "without", "aria-labelledby": "without-title" },
        h("h2", { id: "without-title" }, "Chosen and not shown"),
        plainTable("By reason", ["Reason", "Contents"], doc.reasons.map(([reason, count]) => [reason, grouped(count)]), { right: [1] }),
        plainTable("One by one", ["Path", "Volume", "Entry", "Reason"], doc.without.map(([path, stream, volume, entry, reason]) => [pathNode(path, stream), mono(volume), mono(entry), reason])),
        doc.withoutLeftOut > 0 && h("p", { class: "cut" }, counted(doc.withoutLeftOut, "more content") + " not listed.")
      )
  );
  window.addEventListener("beforeprint", () => opened && opened.close());
  document.documentElement.dataset.ready = "true";
})();
