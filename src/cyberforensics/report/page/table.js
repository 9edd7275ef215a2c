// A table of many rows: only those that can be seen are in the page. One focus stop, moved with the arrow keys.

class VirtualTable {
  constructor({ caption, columns, length, left, open }) {
    this.left = left; // rows of the case that are not in this file
    this.columns = columns;
    this.length = length;
    this.open = open;
    this.order = null; // a permutation of all rows, or null for their own order
    this.orders = new Map();
    this.sorted = { column: -1, down: false };
    this.test = () => true;
    this.rows = [];
    this.active = 0;
    this.height = 29;
    this.prefix = "row" + VirtualTable.made++ + "-";
    this.heads = columns.map((column, place) =>
      h(
        "div",
        { role: "columnheader", class: "cell" + (column.right ? " right" : ""), "aria-sort": "none" },
        h("button", { type: "button", title: "Sort by " + column.label, onclick: () => this.sortBy(place) }, column.label)
      )
    );
    this.head = h("div", { role: "row", class: "grid-row grid-head", "aria-rowindex": "1" }, this.heads);
    this.body = h("div", { role: "rowgroup", class: "grid-body" });
    this.box = h(
      "div",
      { class: "grid", role: "grid", tabindex: "0", "aria-label": caption, "aria-colcount": columns.length, "aria-readonly": "true" },
      h("div", { role: "rowgroup", class: "grid-top" }, this.head),
      this.body
    );
    this.count = h("p", { class: "count", role: "status", "aria-live": "polite" });
    this.element = h("div", { class: "grid-frame" }, this.count, this.box);
    this.box.style.setProperty("--columns", columns.map((column) => (column.grow ? "minmax(" + column.least + "rem, " + column.grow + "fr)" : column.least + "rem")).join(" "));
    this.box.style.setProperty("--least", columns.reduce((sum, column) => sum + column.least + 0.9, 1) + "rem");
    this.box.addEventListener("scroll", () => this.later(), { passive: true });
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => this.later()).observe(this.box);
  }

  filter(test) {
    this.test = test;
    const rows = [];
    if (this.order) {
      for (const row of this.order) if (test(row)) rows.push(row);
    } else {
      for (let row = 0; row < this.length; row += 1) if (test(row)) rows.push(row);
    }
    this.rows = rows;
    this.active = 0;
    this.box.scrollTop = 0;
    this.box.setAttribute("aria-rowcount", rows.length + 1);
    this.body.style.height = Math.max(1, rows.length) * this.height + "px";
    this.box.style.setProperty("--rows", String(Math.max(2, rows.length)));
    this.count.textContent = rows.length === this.length ? counted(rows.length, "row") : grouped(rows.length) + " of " + counted(this.length, "row") + " match the filters";
    this.draw();
  }

  sortBy(place) {
    const again = this.sorted.column === place;
    if (again && this.sorted.down) this.sorted = { column: -1, down: false };
    else this.sorted = { column: place, down: again };
    this.order = this.sorted.column < 0 ? null : this.orderOf(place, this.sorted.down);
    this.heads.forEach((head, column) => {
      const state = column !== this.sorted.column ? "none" : this.sorted.down ? "descending" : "ascending";
      head.setAttribute("aria-sort", state);
    });
    this.filter(this.test);
  }

  // Missing values stand last in both directions; ties keep the rows' own order.
  orderOf(place, down) {
    const name = place + (down ? "-" : "+");
    if (!this.orders.has(name)) {
      const value = this.columns[place].value;
      const keys = new Array(this.length);
      const order = new Array(this.length);
      for (let row = 0; row < this.length; row += 1) {
        keys[row] = value(row);
        order[row] = row;
      }
      const sign = down ? -1 : 1;
      order.sort((a, b) => {
        const left = keys[a];
        const right = keys[b];
        if (left === right) return a - b;
        if (left === null || left === undefined) return right === null || right === undefined ? a - b : 1;
        if (right === null || right === undefined) return -1;
        return left < right ? -sign : sign;
      });
      this.orders.set(name, order);
    }
    return this.orders.get(name);
  }

  later() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / this.height) - 6);
    const last = Math.min(this.rows.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / this.height) + 6);
    this.drawRange(first, last);
  }

  drawRange(first, last) {
    if (!this.rows.length) {
      this.body.replaceChildren(h("div", { role: "row", class: "grid-none" }, h("div", { role: "gridcell" }, this.length ? "No row in this file matches the filters." : "There is none in this file.", this.left > 0 && " " + counted(this.left, "row") + " of the case, left out of this file, were not searched.")));
      this.box.removeAttribute("aria-activedescendant");
      return;
    }
    const drawn = [];
    for (let place = first; place < last; place += 1) drawn.push(this.rowElement(place));
    this.body.replaceChildren(...drawn);
    if (this.active >= first && this.active < last) this.box.setAttribute("aria-activedescendant", this.prefix + this.active);
    else this.box.removeAttribute("aria-activedescendant");
  }

  rowElement(place) {
    const row = this.rows[place];
    const active = place === this.active;
    const element = h(
      "div",
      { role: "row", id: this.prefix + place, class: "grid-row" + (active ? " active" : ""), "aria-rowindex": place + 2, "aria-selected": active ? "true" : "false" },
      this.columns.map((column) => h("div", { role: "gridcell", class: "cell" + (column.right ? " right" : "") + (column.mono ? " mono" : "") }, column.draw(row)))
    );
    element.style.transform = "translateY(" + place * this.height + "px)";
    return element;
  }

  move(place) {
    this.active = Math.max(0, Math.min(this.rows.length - 1, place));
    const top = this.active * this.height;
    const room = this.box.clientHeight - this.head.offsetHeight - this.height;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top > this.box.scrollTop + room) this.box.scrollTop = top - room;
    this.draw();
  }

  key(event) {
    if (event.target !== this.box || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.height) - 2);
    const steps = { ArrowDown: this.active + 1, ArrowUp: this.active - 1, PageDown: this.active + page, PageUp: this.active - page, Home: 0, End: this.rows.length - 1 };
    if (event.key in steps) this.move(steps[event.key]);
    else if ((event.key === "Enter" || event.key === " ") && this.rows.length) this.open(this.rows[this.active]);
    else return;
    event.preventDefault();
  }

  click(event) {
    const element = event.target.closest("[aria-rowindex]");
    if (!element) return;
    this.active = Number(element.getAttribute("aria-rowindex")) - 2;
    this.draw();
    if (!String(window.getSelection())) this.open(this.rows[this.active]);
  }

  // Paper has no scroll bar: the first rows are printed, and how many follow is said.
  print(on) {
    const printed = Math.min(this.rows.length, 100);
    this.box.classList.toggle("printing", on);
    if (!on) {
      if (this.printNote) this.printNote.remove();
      this.draw();
      return;
    }
    this.drawRange(0, printed);
    if (printed < this.rows.length) {
      this.printNote = h("p", { class: "cut" }, "Printed: the first " + grouped(printed) + " of " + counted(this.rows.length, "row") + "; " + grouped(this.rows.length - printed) + " more are in this report on the screen.");
      this.element.append(this.printNote);
    }
  }
}

VirtualTable.made = 0;
