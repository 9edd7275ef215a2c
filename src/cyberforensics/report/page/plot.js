// Activity by day and meaning. Zoom by wheel, by dragging, by the strip below, by keyboard or by typed dates.

const DAY_MS = 86400000;
const BIN_DAYS = [1, 2, 7, 14, 28, 91, 182, 365, 730, 1826];
const PLOT = { left: 62, right: 12, top: 10, height: 210, axis: 24, strip: 40 };

class ActivityPlot {
  constructor(activity, zoomed) {
    this.meanings = activity.meanings;
    this.days = activity.days;
    this.local = new Map(activity.local); // by day: how many of its times are of a clock whose zone is not known
    this.zoomed = zoomed;
    this.changed = () => {};
    this.hidden = new Set();
    this.colours = new Map(this.meanings.map((meaning) => [meaning, colourOf(meaning)]));
    if (!this.days.length) {
      this.element = null;
      return;
    }
    this.first = this.days[0][0];
    this.last = this.days[this.days.length - 1][0] + 1;
    this.from = this.first;
    this.to = this.last;
    const totals = this.days.map((day) => day.slice(1).reduce((a, b) => a + b, 0)).sort((a, b) => a - b);
    this.log = totals[totals.length - 1] > 50 * totals[totals.length >> 1];
    this.build(activity);
  }

  build() {
    this.series = this.meanings.map((meaning) => s("path", { class: "series " + this.colours.get(meaning) }));
    this.grid = s("g", { class: "plot-grid" });
    this.localMarks = s("path", { class: "plot-local" });
    this.selection = s("rect", { class: "plot-selection", y: PLOT.top, height: PLOT.height, visibility: "hidden" });
    this.cursor = s("line", { class: "plot-cursor", y1: PLOT.top, y2: PLOT.top + PLOT.height, visibility: "hidden" });
    this.main = s("svg", { class: "plot-main", height: PLOT.top + PLOT.height + PLOT.axis, tabindex: "0", role: "application", "aria-roledescription": "plot" }, this.grid, this.series, this.localMarks, this.selection, this.cursor);
    this.stripPath = s("path", { class: "strip-path" });
    this.window = s("rect", { class: "strip-window", y: 1, height: PLOT.strip - 2 });
    this.handles = [0, 1].map(() => s("rect", { class: "strip-handle", y: 8, width: 6, height: PLOT.strip - 16, rx: 2 }));
    this.strip = s("svg", { class: "plot-strip", height: PLOT.strip, "aria-hidden": "true" }, this.stripPath, this.window, this.handles);
    this.readout = h("p", { class: "readout", role: "status", "aria-live": "off" });
    this.dates = ["From", "To"].map((label) => h("input", { type: "text", class: "day", inputmode: "numeric", placeholder: "YYYY-MM-DD", maxlength: 10, "aria-label": label + ", as year, month and day", onchange: () => this.typed() }));
    const scale = (log, text) => h("button", { type: "button", "aria-pressed": String(this.log === log), onclick: () => this.setLog(log) }, text);
    this.scales = [scale(false, "linear"), scale(true, "logarithmic")];
    this.element = h(
      "figure",
      { class: "plot", "aria-label": "Times by day and meaning" },
      h("div", { class: "plot-tools" }, h("fieldset", { class: "chips" }, h("legend", null, "Meaning"), this.meanings.map((meaning) => this.toggle(meaning)))),
      this.main,
      this.strip,
      h(
        "div",
        { class: "plot-tools" },
        h("label", { class: "field" }, h("span", null, "From"), this.dates[0]),
        h("label", { class: "field" }, h("span", null, "to"), this.dates[1]),
        h("span", { class: "buttons" }, this.button("\u2212", "Zoom out", () => this.zoom(2)), this.button("+", "Zoom in", () => this.zoom(0.5)), this.button("Reset", "Show all dates", () => this.set(this.first, this.last))),
        h("span", { class: "buttons", role: "group", "aria-label": "Height of the bars" }, this.scales)
      ),
      this.readout,
      this.local.size > 0 && h("p", { class: "soft" }, h("span", { class: "swatch swatch-local", "aria-hidden": "true" }), "A bar over this mark holds local times of unknown zone: " + counted([...this.local.values()].reduce((a, b) => a + b, 0), "time") + " in the plot. Each may be up to 14 hours from its true place, so on the day before or after."),
      h("figcaption", null, "Number of times by day: days of UTC, and of the local clock where its zone is not known. Zoom with the wheel, by dragging over the plot, with the strip below it, or with the keys + \u2212 \u2190 \u2192 (with Shift: the end alone) and Home. The table follows.")
    );
  }

  toggle(meaning) {
    const box = h("input", {
      type: "checkbox",
      checked: true,
      onchange: () => {
        if (box.checked) this.hidden.delete(meaning);
        else this.hidden.add(meaning);
        this.draw();
        this.changed();
      },
    });
    return h("label", { class: "chip" }, box, this.swatch(meaning), meaning);
  }

  swatch(meaning) {
    return h("span", { class: "swatch " + (this.colours.get(meaning) || colourOf(meaning)), "aria-hidden": "true" });
  }

  button(text, title, press) {
    return h("button", { type: "button", title, "aria-label": title, onclick: press }, text);
  }

  start() {
    if (!this.element) return;
    this.draw();
    new ResizeObserver(() => this.draw()).observe(this.main);
    this.main.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.main.addEventListener("keydown", (event) => this.key(event));
    this.main.addEventListener("dblclick", () => this.set(this.first, this.last));
    this.main.addEventListener("pointermove", (event) => this.point(event));
    this.main.addEventListener("pointerleave", () => this.leave());
    this.drag(this.main, (event) => this.brush(event));
    this.drag(this.strip, (event) => this.slide(event));
  }

  // One gesture from pointer down to pointer up; `begin` gives what to do on each move and at the end.
  drag(target, begin) {
    target.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const [move, end] = begin(event);
      target.setPointerCapture(event.pointerId);
      const stop = (last) => {
        target.removeEventListener("pointermove", move);
        target.removeEventListener("pointerup", stop);
        target.removeEventListener("pointercancel", stop);
        end(last);
      };
      target.addEventListener("pointermove", move);
      target.addEventListener("pointerup", stop);
      target.addEventListener("pointercancel", stop);
    });
  }

  brush(event) {
    const start = this.inside(event);
    let now = start;
    const move = (next) => {
      now = this.inside(next);
      this.selection.setAttribute("visibility", "visible");
      this.selection.setAttribute("x", Math.min(start, now));
      this.selection.setAttribute("width", Math.abs(now - start));
    };
    const end = () => {
      this.selection.setAttribute("visibility", "hidden");
      if (Math.abs(now - start) > 4) this.set(Math.floor(this.dayAt(Math.min(start, now))), Math.ceil(this.dayAt(Math.max(start, now))));
    };
    return [move, end];
  }

  slide(event) {
    const width = this.width();
    const all = this.last - this.first;
    const day = (each) => this.first + ((each.clientX - this.strip.getBoundingClientRect().left - PLOT.left) / width) * all;
    const start = day(event);
    const { from, to } = this;
    const near = (8 / width) * all;
    const onFrom = Math.abs(start - from) < near;
    const onTo = Math.abs(start - to) < near;
    if (!onFrom && !onTo && (start < from || start > to)) this.set(start - (to - from) / 2, start + (to - from) / 2);
    const base = [this.from, this.to];
    const move = (next) => {
      const shift = day(next) - start;
      if (onTo) this.set(from, Math.max(from + 1, to + shift));
      else if (onFrom) this.set(Math.min(to - 1, from + shift), to);
      else this.pan(base[0] + shift, base[1] + shift);
    };
    return [move, () => {}];
  }

  pan(from, to) {
    const shift = Math.max(this.first - from, Math.min(0, this.last - to));
    this.set(from + shift, to + shift);
  }

  wheel(event) {
    const factor = Math.exp(Math.max(-1, Math.min(1, event.deltaY / 240)));
    if (factor > 1 && this.from === this.first && this.to === this.last) return; // nothing to zoom out of: the page scrolls
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const shift = (event.deltaX / this.width()) * (this.to - this.from);
      this.pan(this.from + shift, this.to + shift);
    } else this.zoom(factor, this.dayAt(this.inside(event)));
  }

  key(event) {
    const step = (this.to - this.from) / 8;
    if (event.key === "+" || event.key === "=") this.zoom(0.5);
    else if (event.key === "-") this.zoom(2);
    else if (event.shiftKey && event.key === "ArrowLeft") this.set(this.from, Math.max(this.from + 1, this.to - step));
    else if (event.shiftKey && event.key === "ArrowRight") this.set(this.from, this.to + step);
    else if (event.key === "ArrowLeft") this.pan(this.from - step, this.to - step);
    else if (event.key === "ArrowRight") this.pan(this.from + step, this.to + step);
    else if (event.key === "Home" || event.key === "0" || event.key === "Escape") this.set(this.first, this.last);
    else return;
    event.preventDefault();
  }

  typed() {
    const [from, to] = this.dates.map((input) => (/^\d{4}-\d\d-\d\d$/.test(input.value) ? Date.parse(input.value + "T00:00:00Z") / DAY_MS : NaN));
    this.set(Number.isNaN(from) ? this.first : from, Number.isNaN(to) ? this.last : Math.max(from || this.first, to) + 1);
  }

  zoom(factor, around) {
    const middle = around === undefined ? (this.from + this.to) / 2 : around;
    this.set(middle - (middle - this.from) * factor, middle + (this.to - middle) * factor);
  }

  set(from, to) {
    if (to - from < 1) {
      from = Math.floor((from + to) / 2);
      to = from + 1;
    }
    this.from = Math.max(this.first, Math.min(from, this.last - 1));
    this.to = Math.min(this.last, Math.max(to, this.from + 1));
    this.draw();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.zoomed(this.range()), 60);
  }

  range() {
    const whole = this.from <= this.first && this.to >= this.last;
    return whole ? null : [dayText(Math.floor(this.from)), dayText(Math.ceil(this.to) - 1)];
  }

  setLog(log) {
    this.log = log;
    this.scales.forEach((button, place) => button.setAttribute("aria-pressed", String(log === (place === 1))));
    this.draw();
  }

  width() {
    return Math.max(80, this.main.clientWidth - PLOT.left - PLOT.right);
  }

  inside(event) {
    const place = event.clientX - this.main.getBoundingClientRect().left;
    return Math.max(PLOT.left, Math.min(PLOT.left + this.width(), place));
  }

  dayAt(place) {
    return this.from + ((place - PLOT.left) / this.width()) * (this.to - this.from);
  }

  // Days added up to bars wide enough to be seen; bins begin at fixed days, so that zooming does not shift them.
  bins(from, to, width) {
    const step = BIN_DAYS.find((days) => (days / (to - from)) * width >= 3) || BIN_DAYS[BIN_DAYS.length - 1];
    const bins = new Map();
    for (const day of this.days) {
      if (day[0] < Math.floor(from) || day[0] >= to) continue;
      const start = Math.floor(day[0] / step) * step;
      let bin = bins.get(start);
      if (!bin) bins.set(start, (bin = { start, step, total: 0, local: 0, counts: new Array(this.meanings.length).fill(0) }));
      bin.local += this.local.get(day[0]) || 0;
      for (let place = 0; place < this.meanings.length; place += 1) {
        if (this.hidden.has(this.meanings[place])) continue;
        bin.counts[place] += day[place + 1];
        bin.total += day[place + 1];
      }
    }
    return [...bins.values()];
  }

  draw() {
    const width = this.width();
    const span = this.to - this.from;
    this.drawn = this.bins(this.from, this.to, width);
    const most = Math.max(1, ...this.drawn.map((bin) => bin.total));
    const top = this.log ? Math.max(1, Math.ceil(Math.log10(most + 1))) : niceTop(most);
    const height = (count) => PLOT.height * (this.log ? (count ? Math.max(0.06, Math.log10(count + 1) / top) : 0) : count / top);
    const x = (day) => PLOT.left + ((day - this.from) / span) * width;
    const base = PLOT.top + PLOT.height;
    const paths = this.meanings.map(() => []);
    for (const bin of this.drawn) {
      const left = Math.max(PLOT.left, x(bin.start));
      const right = Math.min(PLOT.left + width, x(bin.start + bin.step));
      const gap = right - left > 5 ? 1 : 0;
      const scale = bin.total ? height(bin.total) / bin.total : 0;
      let floor = base;
      bin.counts.forEach((count, place) => {
        if (!count) return;
        const tall = Math.max(0.5, count * scale);
        floor -= tall;
        paths[place].push("M" + left.toFixed(1) + " " + floor.toFixed(1) + "h" + Math.max(1, right - left - gap).toFixed(1) + "v" + tall.toFixed(1) + "H" + left.toFixed(1) + "z");
      });
    }
    this.localMarks.setAttribute("d", this.drawn.filter((bin) => bin.local).map((bin) => "M" + Math.max(PLOT.left, x(bin.start)).toFixed(1) + " " + (base + 1) + "H" + Math.min(PLOT.left + width, x(bin.start + bin.step)).toFixed(1) + "v3H" + Math.max(PLOT.left, x(bin.start)).toFixed(1) + "z").join(""));
    paths.forEach((path, place) => this.series[place].setAttribute("d", path.join("")));
    this.grid.replaceChildren(...this.countTicks(top, width), ...this.dayTicks(x, width));
    this.drawStrip(width);
    const [from, to] = [dayText(Math.floor(this.from)), dayText(Math.ceil(this.to) - 1)];
    const total = this.drawn.reduce((sum, bin) => sum + bin.total, 0);
    const step = this.drawn.length ? this.drawn[0].step : 1;
    this.resting = from + " to " + to + ": " + counted(total, "time") + ", one bar for " + (step === 1 ? "each day" : step + " days");
    this.readout.textContent = this.resting;
    this.main.setAttribute("aria-label", "Plot of activity, " + this.resting);
    this.dates[0].value = from;
    this.dates[1].value = to;
  }

  countTicks(top, width) {
    const values = this.log ? Array.from({ length: top + 1 }, (_, place) => [10 ** place, place / top]).slice(1) : [0.25, 0.5, 0.75, 1].map((part) => [top * part, part]);
    const base = PLOT.top + PLOT.height;
    const lines = values
      .filter(([value]) => Number.isInteger(value))
      .map(([value, part]) => {
        const y = base - PLOT.height * part;
        return [s("line", { x1: PLOT.left, x2: PLOT.left + width, y1: y, y2: y }), s("text", { x: PLOT.left - 8, y: y + 4, "text-anchor": "end" }, grouped(value))];
      });
    return [s("line", { class: "axis", x1: PLOT.left, x2: PLOT.left + width, y1: base, y2: base }), ...lines.flat()];
  }

  dayTicks(x, width) {
    const y = PLOT.top + PLOT.height;
    const room = Math.max(2, Math.floor(width / 92));
    return dateTicks(this.from, this.to, room).flatMap(([day, text]) => {
      const place = x(day);
      if (place < PLOT.left || place > PLOT.left + width - 58) return [];
      return [s("line", { class: "axis", x1: place, x2: place, y1: y, y2: y + 5 }), s("text", { x: place + 3, y: y + 18 }, text)];
    });
  }

  drawStrip(width) {
    const bins = this.bins(this.first, this.last, width);
    const most = Math.max(1, ...bins.map((bin) => bin.total));
    const all = this.last - this.first;
    const x = (day) => PLOT.left + ((Math.max(this.first, Math.min(this.last, day)) - this.first) / all) * width;
    const tall = (count) => (count ? Math.max(2, (Math.log10(count + 1) / Math.log10(most + 1)) * (PLOT.strip - 8)) : 0);
    this.stripPath.setAttribute("d", bins.map((bin) => "M" + x(bin.start).toFixed(1) + " " + (PLOT.strip - 2) + "v-" + tall(bin.total).toFixed(1) + "h" + Math.max(1, x(bin.start + bin.step) - x(bin.start)).toFixed(1) + "v" + tall(bin.total).toFixed(1) + "z").join(""));
    this.window.setAttribute("x", x(this.from));
    this.window.setAttribute("width", Math.max(2, x(this.to) - x(this.from)));
    this.handles[0].setAttribute("x", x(this.from) - 3);
    this.handles[1].setAttribute("x", x(this.to) - 3);
  }

  point(event) {
    const place = this.inside(event);
    const day = this.dayAt(place);
    const bin = this.drawn.find((each) => day >= each.start && day < each.start + each.step);
    this.cursor.setAttribute("visibility", "visible");
    this.cursor.setAttribute("x1", place);
    this.cursor.setAttribute("x2", place);
    if (!bin || !bin.total) {
      this.readout.textContent = dayText(Math.floor(day)) + ": no time";
      return;
    }
    const parts = this.meanings.map((meaning, number) => [meaning, bin.counts[number]]).filter((part) => part[1]);
    const when = bin.step === 1 ? dayText(bin.start) : dayText(bin.start) + " to " + dayText(bin.start + bin.step - 1);
    this.readout.textContent = when + ": " + counted(bin.total, "time") + " (" + parts.map(([meaning, count]) => meaning + " " + grouped(count)).join(", ") + ")" + (bin.local ? "; of all meanings, " + counted(bin.local, "local time") + " of unknown zone" : "");
  }

  leave() {
    this.cursor.setAttribute("visibility", "hidden");
    this.readout.textContent = this.resting;
  }
}

const COLOURS = { modified: "c-modified", accessed: "c-accessed", changed: "c-changed", created: "c-created", deleted: "c-deleted", added: "c-added", backup: "c-backup", recorded: "c-recorded" };

// The file-name times of NTFS have the colour of their brothers, paler.
function colourOf(meaning) {
  if (meaning.startsWith("fn-")) return (COLOURS[meaning.slice(3)] || "c-event") + " pale";
  return COLOURS[meaning] || "c-event";
}

function dayText(day) {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function niceTop(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((value) => value >= most) || most;
}

// Years, quarters, months or days, whichever fits.
function dateTicks(from, to, room) {
  const months = (to - from) / 30.44;
  const years = months / 12;
  const ticks = [];
  const put = (year, month, text) => ticks.push([Date.UTC(year, month, 1) / DAY_MS, text]);
  const start = new Date(from * DAY_MS);
  const end = new Date(to * DAY_MS);
  if (years > room / 2) {
    const step = [1, 2, 5, 10, 20, 50].find((each) => years / each <= room) || 100;
    for (let year = Math.ceil(start.getUTCFullYear() / step) * step; year <= end.getUTCFullYear(); year += step) put(year, 0, String(year));
  } else if (months > room / 2) {
    const step = [1, 2, 3, 6].find((each) => months / each <= room) || 12;
    let month = Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth()) / step) * step;
    const last = end.getUTCFullYear() * 12 + end.getUTCMonth();
    for (; month <= last; month += step) put(Math.floor(month / 12), month % 12, Math.floor(month / 12) + "-" + String((month % 12) + 1).padStart(2, "0"));
  } else {
    const step = [1, 2, 5, 7, 14].find((each) => (to - from) / each <= room) || 28;
    for (let day = Math.ceil(from / step) * step; day < to; day += step) ticks.push([day, dayText(day)]);
  }
  return ticks;
}
