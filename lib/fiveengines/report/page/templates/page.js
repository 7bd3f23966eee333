(() => {
  "use strict";
  const look = JSON.parse(document.getElementById("look")?.textContent || "null");
  const figures = [...document.querySelectorAll("figure.chart")];
  const darkScreen = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const isObject = (value) => value && typeof value === "object" && !Array.isArray(value);

  function merge(base, over) {
    const out = { ...base };
    for (const [key, value] of Object.entries(over || {}))
      out[key] = isObject(value) && isObject(out[key]) ? merge(out[key], value) : value;
    return out;
  }

  // Vega paints with literal colours, so a dark screen needs another specification, not another style sheet.
  function recolour(node) {
    if (typeof node === "string") return look.dark[node.toLowerCase()] || node;
    if (Array.isArray(node)) return node.map(recolour);
    if (!isObject(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, k === "datasets" ? v : recolour(v)]));
  }

  // Rows travel without the names of their columns, and days without their midnight.
  function rows(data) {
    if (!isObject(data) || !data.names) return data;
    return data.rows.map((row) => Object.fromEntries(data.names.map((name, i) =>
      [name, data.days.includes(name) ? row[i] + "T00:00:00" : row[i]])));
  }

  const isView = (spec) => spec.mark || spec.layer;
  const facets = (spec) => ["row", "column", "facet"].some((channel) => (spec.encoding || {})[channel]);

  // One view takes the width there is; views side by side go under each other on a narrow screen.
  function fit(spec, room, nested) {
    if (spec.hconcat && room < 620) {
      spec.vconcat = spec.hconcat;
      delete spec.hconcat;
    }
    for (const [row, share] of [[spec.vconcat, 1], [spec.hconcat, spec.hconcat?.length]])
      for (const part of row || []) fit(part, room / share, true);
    if (!isView(spec) || facets(spec) || isObject(spec.width)) return spec;
    spec.width = Math.max(120, Math.floor(nested ? room - 72 : room));
    if (!nested) spec.autosize = { type: "fit-x", contains: "padding" };
    return spec;
  }

  async function draw(figure, dark) {
    const place = figure.querySelector(".canvas");
    let spec = JSON.parse(figure.querySelector("script").textContent);
    delete spec.$schema;
    for (const name of Object.keys(spec.datasets || {})) spec.datasets[name] = rows(spec.datasets[name]);
    spec.config = merge(look.config, spec.config);
    if (dark) spec = recolour(spec);
    spec.padding = { left: 2, right: 8, top: 6, bottom: 4 };
    // A folded chart has no width of its own yet: it gets that of its step.
    fit(spec, place.clientWidth || figure.closest("section").clientWidth, false);
    figure.view?.finalize();
    const done = await window.vegaEmbed(place, spec, {
      mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
      tooltip: { theme: dark ? "dark" : "light" },
    });
    figure.view = done.view;
    const svg = place.querySelector("svg");
    // Vega writes a solid line as dashes without gaps, and a printer draws each of its thousand dashes by itself.
    for (const line of svg.querySelectorAll('[stroke-dasharray="1,0"]')) line.removeAttribute("stroke-dasharray");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", figure.dataset.alt);
  }

  // The charts push the page down while they are drawn: a link into it finds its place again once they are.
  let settled = false;

  async function drawAll(dark) {
    root.dataset.charts = "drawing";
    let failed = 0;
    for (const figure of figures) {
      try {
        await draw(figure, dark);
        figure.dataset.drawn = dark ? "dark" : "light";
      } catch (problem) {
        failed += 1;
        figure.dataset.drawn = "failed";
        figure.querySelector(".canvas").textContent = "This chart could not be drawn here.";
        console.error(problem);
      }
    }
    root.dataset.charts = failed ? "failed" : "drawn";
    if (!settled) named()?.scrollIntoView({ behavior: "instant" });
    settled = true;
  }

  async function unpack() {
    const packed = Uint8Array.from(atob(document.getElementById("vega-payload").textContent), (c) => c.charCodeAt(0));
    const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(plain).text();
    document.head.append(script);
  }

  async function charts() {
    if (!figures.length) return void (root.dataset.charts = "drawn");
    if (typeof DecompressionStream === "undefined") {
      for (const figure of figures)
        figure.querySelector(".canvas").textContent = "This browser is too old to draw the charts; one from 2023 or later does.";
      return void (root.dataset.charts = "failed");
    }
    await unpack();
    await drawAll(darkScreen.matches);
    darkScreen.addEventListener("change", () => drawAll(darkScreen.matches));
    addEventListener("beforeprint", () => darkScreen.matches && drawAll(false));
    addEventListener("afterprint", () => darkScreen.matches && drawAll(true));
    let width = root.clientWidth, waiting;
    addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        if (root.clientWidth === width) return;
        width = root.clientWidth;
        drawAll(darkScreen.matches);
      }, 150);
    });
  }

  function contents() {
    const links = new Map([...document.querySelectorAll(".toc a")].map((a) => [a.hash.slice(1), a]));
    const targets = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
    let current;
    const mark = () => {
      const line = innerHeight * 0.3;
      let seen = targets[0];
      for (const target of targets) if (target.getBoundingClientRect().top <= line) seen = target;
      const link = seen && links.get(seen.id);
      if (link === current) return;
      current?.removeAttribute("aria-current");
      link?.setAttribute("aria-current", "true");
      current = link;
      const bar = link?.closest(".toc");
      if (bar && bar.scrollWidth > bar.clientWidth) bar.scrollTo({ left: link.offsetLeft - 24 });
    };
    let asked = false;
    addEventListener("scroll", () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => { asked = false; mark(); });
    }, { passive: true });
    mark();
  }

  function folding() {
    const button = document.getElementById("fold");
    const blocks = [...document.querySelectorAll("details.code")];
    if (!blocks.length) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(open));
      button.textContent = open ? "Hide code" : "Show code";
      for (const block of blocks) block.open = open;
    });
  }

  function expanding() {
    const button = document.getElementById("expand");
    const folds = [...document.querySelectorAll("details:not(.code,.notes)")];
    if (!folds.length) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(open));
      button.textContent = open ? "Fold all" : "Expand all";
      for (const fold of folds) fold.open = open;
    });
    let closed = [];
    addEventListener("beforeprint", () => {
      closed = root.dataset.print === "brief" ? [] : folds.filter((fold) => !fold.open);
      for (const fold of closed) fold.open = true;
    });
    addEventListener("afterprint", () => {
      for (const fold of closed) fold.open = false;
      closed = [];
      delete root.dataset.print;
    });
    for (const choice of ["brief", "full"]) {
      const print = document.getElementById(`print-${choice}`);
      if (!print) continue;
      print.hidden = false;
      print.addEventListener("click", () => { root.dataset.print = choice; window.print(); });
    }
  }

  function named() {
    const written = location.hash.slice(1);
    let name = written;
    try { name = decodeURIComponent(written); } catch { /* a broken escape names nothing else */ }
    return name ? document.getElementById(name) || document.getElementById(written) : null;
  }

  function unfoldTarget() {
    const target = named();
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target && settled) target.scrollIntoView({ behavior: "instant" });
  }

  // The page counts as loaded once its charts are drawn, for whoever prints it then: an open document in a frame waits.
  function holdLoading() {
    const frame = document.createElement("iframe");
    frame.hidden = true;
    document.body.append(frame);
    frame.contentDocument.open();
    return () => {
      frame.contentDocument.close();
      frame.remove();
    };
  }

  const loaded = figures.length ? holdLoading() : () => {};
  contents();
  folding();
  expanding();
  unfoldTarget();
  addEventListener("hashchange", unfoldTarget);
  charts().catch((problem) => { root.dataset.charts = "failed"; console.error(problem); }).finally(loaded);
})();
