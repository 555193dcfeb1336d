// The report's page works without this script. With it, tables can be sorted and
// filtered, links open their connection, and the charts of a connection are drawn
// anew when it is opened: they zoom together and share one cursor.
(function () {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from) => Array.from((from || document).querySelectorAll(selector));
  // make creates an element with properties, attributes (names with a dash) and children.
  function make(name, properties, ...children) {
    const e = document.createElement(name);
    for (const [k, v] of Object.entries(properties || {})) {
      if (k.includes("-") || k === "role") e.setAttribute(k, v); else e[k] = v;
    }
    e.append(...children);
    return e;
  }
  root.classList.add("js");

  // ---- light and dark ----
  const charts = new Set(); // groups that were drawn
  const choice = make("select", { id: "theme" },
    ...["system", "light", "dark"].map((t) => make("option", { value: t }, t)));
  choice.addEventListener("change", () => {
    if (choice.value === "system") delete root.dataset.theme; else root.dataset.theme = choice.value;
    charts.forEach((g) => g.redraw());
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => charts.forEach((g) => g.redraw()));
  document.querySelector("header").append(make("div", { className: "theme" }, make("label", { htmlFor: "theme" }, "Colours "), choice));
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const inkOf = (hex) => colour("--i" + hex) || "#" + hex;

  // ---- sorting ----
  const words = new Intl.Collator("en", { numeric: true });
  const plain = /^-?[\d.]+(e[-+]?\d+)?$/i;
  function compare(a, b) {
    const numbers = plain.test(a) && plain.test(b) && (a.match(/\./g) || []).length < 2 && (b.match(/\./g) || []).length < 2;
    return numbers ? parseFloat(a) - parseFloat(b) : words.compare(a, b);
  }
  function sort(table, column, head) {
    const down = head.getAttribute("aria-sort") === "ascending";
    all("thead th", table).forEach((h) => h.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = Array.from(table.tBodies[0].rows, (row, i) => ({ row, i, key: row.cells[column].textContent.trim() }));
    rows.sort((a, b) => (down ? -1 : 1) * compare(a.key, b.key) || a.i - b.i);
    table.tBodies[0].append(...rows.map((r) => r.row));
  }
  all("table.sortable").forEach((table) => all("thead th", table).forEach((head, column) => {
    const button = make("button", { type: "button", title: "sort" });
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(table, column, head));
    head.append(button);
  }));

  // ---- filtering, and the arrow keys, in the table of connections ----
  const index = document.getElementById("index");
  const filter = document.getElementById("filter");
  function apply() {
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of index.tBodies[0].rows) {
      const text = Array.from(row.cells, (cell) => cell.textContent).join(" ").toLowerCase();
      const hit = wanted.every((w) => text.includes(w));
      row.hidden = !hit;
      const part = document.getElementById(row.dataset.conn);
      if (part) part.classList.toggle("filtered", !hit);
      shown += hit;
    }
    document.getElementById("filtered").textContent = wanted.length ? shown + " of " + index.tBodies[0].rows.length + " shown" : "";
  }
  if (index) {
    filter.parentElement.hidden = false;
    filter.addEventListener("input", apply);
    if (filter.value) apply(); // the browser kept it
    index.addEventListener("keydown", (e) => {
      const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[e.key];
      if (!steps || e.target.tagName !== "A") return;
      const links = all("tbody tr:not([hidden]) a", index);
      const to = Math.max(0, Math.min(links.length - 1, links.indexOf(e.target) + steps));
      links[to].focus();
      e.preventDefault();
    });
  }

  // ---- links open what they lead to ----
  function follow() {
    let part = null;
    try { part = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch (e) { return; }
    if (!part || part.tagName !== "DETAILS") return;
    part.classList.remove("filtered");
    part.open = true;
    part.scrollIntoView({ behavior: "instant" });
    part.querySelector("summary").focus({ preventScroll: true });
  }
  addEventListener("hashchange", follow);
  addEventListener("load", follow);
  document.addEventListener("click", (e) => { // the same link again
    const link = e.target.closest && e.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) follow();
  });
  addEventListener("beforeprint", () => root.classList.toggle("only-open", all(".conn[open]").length > 0));

  // ---- charts ----
  const prefixes = {
    "s": [[1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"]],
    "bytes": [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"], [1, "B"]],
    "bit/s": [[1e9, "Gbit/s"], [1e6, "Mbit/s"], [1e3, "kbit/s"], [1, "bit/s"]],
  };
  // written tells a value with so many digits behind the point as the step needs.
  function written(v, unit, most, step) {
    const table = prefixes[unit] || [[1, ""]];
    const [scale, name] = table.find(([s]) => Math.abs(most) >= s) || table[table.length - 1];
    const places = Math.max(0, Math.min(9, -Math.floor(Math.log10((step || Math.abs(v) / 1000 || 1) / scale) + 1e-9)));
    return (v / scale).toFixed(places) + (name && " " + name);
  }
  const steps = []; // 1, 2 and 5 of each power of 10, between ticks
  for (let power = -10; power < 13; power++) for (const digit of [1, 2, 5]) steps.push(Number(digit + "e" + power));
  // values reads a list that is told by its differences; null is no value.
  function values(track) {
    let sum = 0;
    return track.moves.map((m) => m === null ? null : (sum += m) * track.step);
  }
  // before is the place of the last of sorted values that is at most v, or -1.
  function before(list, v) {
    let lo = 0, hi = list.length;
    while (lo < hi) { const mid = (lo + hi) >> 1; if (list[mid] <= v) lo = mid + 1; else hi = mid; }
    return lo - 1;
  }
  const tops = (s) => s.high || s.y;

  // extent is what a Y axis shows of its series between two times. Guests stretch it little.
  function extent(panel, from, to) {
    let own = [Infinity, -Infinity], any = [Infinity, -Infinity];
    for (const s of panel.series) {
      if (s.off) continue;
      let lo = Infinity, hi = -Infinity;
      const first = Math.max(0, before(s.x, from) + (s.shape === "steps" ? 0 : s.x[before(s.x, from)] === from ? 0 : 1));
      for (let i = first; i < s.x.length && s.x[i] <= to; i++) {
        if (s.y[i] === null) continue;
        lo = Math.min(lo, s.y[i]); hi = Math.max(hi, tops(s)[i]);
      }
      any = [Math.min(any[0], lo), Math.max(any[1], hi)];
      if (!s.guest) own = [Math.min(own[0], lo), Math.max(own[1], hi)];
    }
    if (own[0] > own[1]) own = any;
    if (own[0] > own[1]) return [0, 1];
    const base = panel.zero ? Math.min(0, own[0]) : own[0];
    const top = any[1] - base <= 2.2 * (own[1] - base) ? Math.max(own[1], any[1]) : own[1];
    const pad = (top - base) * 0.06 || Math.abs(top) * 0.1 || 1;
    return [panel.zero && base === 0 ? 0 : base - pad, top + pad];
  }

  // paint draws the series of a panel.
  function paint(u, panel) {
    const c = u.ctx, box = u.bbox, px = uPlot.pxRatio;
    const X = (v) => u.valToPos(v, "x", true), Y = (v) => u.valToPos(v, "y", true);
    const from = u.scales.x.min, to = u.scales.x.max;
    c.save();
    c.beginPath(); c.rect(box.left, box.top, box.width, box.height); c.clip();
    c.fillStyle = inkOf("f0f0f0");
    const places = (s) => [Math.max(0, before(s.x, from)), Math.min(s.x.length - 1, before(s.x, to) + 1)];
    const dense = (s) => { const [a, b] = places(s); return b - a > box.width / px; };
    for (const b of panel.bands || []) c.fillRect(X(b.from), box.top, Math.max(1, X(b.to) - X(b.from)), box.height);
    const shown = panel.series.filter((s) => !s.off);
    // What is too dense to be told apart lies below the others, and shows through.
    for (const s of [...shown.filter(dense), ...shown.filter((s) => !dense(s))]) {
      const [first, last] = places(s);
      c.globalAlpha = dense(s) ? 0.35 : 1;
      c.strokeStyle = c.fillStyle = inkOf(s.ink);
      c.lineWidth = Math.max(1, (s.width || 1) * 1.3) * px;
      c.setLineDash((dense(s) ? [] : s.dash || []).map((d) => d * 1.3 * px));
      c.beginPath();
      let down = false, held = 0;
      for (let i = first; i <= last && s.shape !== "dots"; i++) {
        if (s.y[i] === null) { if (down && s.shape === "steps") c.lineTo(X(s.x[i]), held); down = false; continue; }
        const x = X(s.x[i]), y = Y(s.y[i]);
        if (s.shape === "bars") {
          c.moveTo(x, Math.max(y, Y(s.high[i]) + px)); c.lineTo(x, Y(s.high[i]));
        } else if (!down) c.moveTo(x, y);
        else { if (s.shape === "steps") c.lineTo(x, held); c.lineTo(x, y); }
        down = true; held = y;
      }
      c.stroke();
      c.setLineDash([]);
      if (s.marker) mark(c, s, first, last, X, Y, px, dense(s));
    }
    c.restore();
  }
  // mark draws markers, with their letter where there is room.
  function mark(c, s, first, last, X, Y, px, dense) {
    let free = -Infinity; // from where on there is room for a letter
    const radius = (s.letter ? 3 : 1.6) * px;
    c.font = "bold " + 11 * px + "px system-ui, sans-serif";
    for (let i = first; i <= last; i++) {
      if (s.y[i] === null) continue;
      const x = X(s.x[i]), y = Y(s.y[i]);
      if (dense) { c.fillRect(x - radius, y - radius, 2 * radius, 2 * radius); continue; }
      c.beginPath(); c.arc(x, y, radius, 0, 2 * Math.PI); c.fill();
      if (s.letter && x > free) {
        c.fillText(s.letter, x + 5 * px, y - 4 * px);
        free = x + 16 * px;
      }
    }
  }

  // Group is the charts of one connection: panels with one time axis, one cursor, one zoom.
  class Group {
    constructor(figure) {
      this.data = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
      const times = this.data.times.map(values);
      for (const p of this.data.panels) for (const s of p.series) {
        s.x = times[s.x];
        s.y = values(s.y);
        if (s.high) s.high = values(s.high);
      }
      const pad = (this.data.range[1] - this.data.range[0]) * 0.015 || 1e-6;
      this.full = [this.data.range[0] - pad, this.data.range[1] + pad];
      this.now = this.full;
      this.key = figure.id;
      this.said = make("output", { "aria-live": "polite" });
      const button = (text, label, act) => {
        const b = make("button", { type: "button", "aria-label": label, title: label }, text);
        b.addEventListener("click", act);
        return b;
      };
      this.box = make("div", { className: "plots", tabIndex: 0, role: "group",
        "aria-label": "Charts along time. Arrow keys move the cursor, with Shift the part that is shown; plus and minus zoom, 0 shows all." },
      make("div", { className: "tools" },
        button("+", "zoom in", () => this.scale(0.5)), button("−", "zoom out", () => this.scale(2)),
        button("all", "show all", () => this.zoom(...this.full)),
        "Drag to zoom, double click for all; keys: ← → cursor, Shift ← → move, + − 0 zoom. ", this.said));
      figure.prepend(this.box);
      figure.classList.add("live");
      this.plots = this.data.panels.map((p, i) => this.plot(p, i === this.data.panels.length - 1));
      this.box.addEventListener("keydown", (e) => this.press(e));
      new ResizeObserver(() => this.resize()).observe(this.box);
      this.zoom(...this.full);
    }
    // plot makes the chart of a panel, below its name and the keys of its series.
    plot(panel, lowest) {
      const keys = make("div", { className: "keys" });
      for (const s of panel.series) {
        s.told = make("output", {});
        const key = make("button", { type: "button", "aria-pressed": "true", title: "show or hide", className: s.shape === "dots" ? "dots" : "" }, s.name, s.told);
        key.style.setProperty("--ink", "var(--i" + s.ink + ", #" + s.ink + ")");
        if (s.dash) key.style.setProperty("--dash", s.dash[0] > 2 ? "dashed" : "dotted");
        key.addEventListener("click", () => {
          s.off = !s.off;
          key.setAttribute("aria-pressed", String(!s.off));
          this.zoom(...this.now);
        });
        keys.append(key);
      }
      const place = make("div", {});
      this.box.append(make("div", { className: "panel" }, make("h5", {}, panel.label), keys, place));
      const axis = (unit, side) => ({
        stroke: () => colour("--text"), grid: { stroke: () => colour("--line"), width: 1 }, ticks: { stroke: () => colour("--line"), width: 1 },
        font: "12px system-ui, sans-serif", incrs: steps, size: side ? 78 : 30,
        values: (u, at) => at.map((v) => written(v, unit, Math.max(...at.map(Math.abs)), at[1] - at[0])),
      });
      const u = new uPlot({
        width: this.width(), height: panel.series.some((s) => s.shape === "bars") ? 300 : 190,
        scales: { x: { time: false, auto: false }, y: { auto: false } },
        axes: [axis(this.data.unit), axis(panel.unit, true)],
        series: [{}, { show: true, stroke: "#0000", points: { show: false } }],
        legend: { show: false }, padding: [6, 16, lowest ? 4 : 0, 0],
        cursor: {
          y: false, points: { show: false }, drag: { x: true, y: false, setScale: false },
          sync: { key: this.key, scales: ["x", null], filters: { pub: (type) => type === "mousemove" || type === "mouseleave" } },
          bind: { dblclick: () => () => { this.zoom(...this.full); return null; } },
        },
        hooks: {
          drawSeries: [(u, i) => { if (i === 1) paint(u, panel); }],
          setCursor: [(u) => this.tell(panel, u.cursor.left < 0 ? NaN : u.posToVal(u.cursor.left, "x"))],
          setSelect: [(u) => {
            const { left, width } = u.select;
            if (width < 3) return;
            u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
            this.zoom(u.posToVal(left, "x"), u.posToVal(left + width, "x"));
          }],
        },
      }, [this.full, [0, 0]], place);
      u.panel = panel;
      return u;
    }
    width() { return Math.max(280, this.box.clientWidth); }
    resize() {
      const width = this.width();
      for (const u of this.plots) if (u.width !== width) u.setSize({ width, height: u.height });
    }
    redraw() { for (const u of this.plots) u.redraw(false, true); }
    // zoom shows the time between two instants, in all panels.
    zoom(from, to) {
      const whole = this.full[1] - this.full[0];
      const span = Math.min(whole, Math.max(to - from, whole / 1e6));
      from = Math.max(this.full[0], Math.min(from, this.full[1] - span));
      this.now = [from, from + span];
      for (const u of this.plots) {
        const [min, max] = extent(u.panel, ...this.now);
        u.batch(() => { u.setScale("x", { min: this.now[0], max: this.now[1] }); u.setScale("y", { min, max }); });
      }
      this.box.dataset.from = this.now[0];
      this.box.dataset.to = this.now[1];
    }
    // scale zooms around the cursor, or the middle.
    scale(by) {
      const [a, b] = this.now;
      const at = this.at >= a && this.at <= b ? this.at : (a + b) / 2;
      this.zoom(at - (at - a) * by, at + (b - at) * by);
    }
    // tell writes the values at an instant beside the names of the series.
    tell(panel, at) {
      this.at = at;
      for (const s of panel.series) {
        const i = isNaN(at) ? -1 : before(s.x, at);
        const v = i < 0 ? null : tops(s)[i];
        s.told.textContent = v === null || v === undefined ? "" : written(v, panel.unit, v);
      }
      this.box.dataset.cursor = at;
    }
    // point moves the cursor of all panels to an instant.
    point(at) {
      at = Math.max(this.now[0], Math.min(this.now[1], at));
      for (const u of this.plots) u.setCursor({ left: u.valToPos(at, "x"), top: 0 });
      this.said.textContent = "At " + written(at, this.data.unit, at) + ": " + this.plots.map((u) => u.panel.series.filter((s) => s.told.textContent)
        .map((s) => s.name + " " + s.told.textContent).join(", ")).filter(Boolean).join("; ");
    }
    press(e) {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      const span = this.now[1] - this.now[0];
      const way = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (way && e.shiftKey) this.zoom(this.now[0] + way * span / 4, this.now[1] + way * span / 4);
      else if (way) this.point((isNaN(this.at) || this.at === undefined ? this.now[way > 0 ? 0 : 1] : this.at) + way * span / 100);
      else if (e.key === "+" || e.key === "=") this.scale(0.5);
      else if (e.key === "-") this.scale(2);
      else if (e.key === "0") this.zoom(...this.full);
      else return;
      e.preventDefault();
    }
  }
  // reach makes tables stops for the Tab key where they need scrolling, and only there.
  function reach() {
    for (const e of all("section > .wide, details[open] .wide")) {
      e.tabIndex = e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight ? 0 : -1;
    }
  }
  addEventListener("resize", reach);
  // draw draws the charts of a connection that is open for the first time.
  function draw(part) {
    reach();
    for (const figure of all("figure[data-chart]:not(.live)", part)) charts.add(new Group(figure));
  }
  document.addEventListener("toggle", (e) => { if (e.target.open) draw(e.target); }, true);
  all("details[open]").forEach(draw);
  reach();
})();
