(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const engines = Object.keys(data.engines);
  const last = data.days.length - 1;
  const FIRST = 60, MORE = 120, FEW = 12, STRAGGLERS = 20;
  const SVG = "http://www.w3.org/2000/svg";
  const OUTLINE = { s: "M6 1.2 11.4 10.8H.6Z", a: "M6 10.8 .6 1.2H11.4Z", n: "M1.4 6a4.6 4.6 0 1 0 9.2 0a4.6 4.6 0 1 0-9.2 0", u: "M1.8 6a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0-8.4 0" };
  const TURN = { i: -35, s: 0, d: 35 };

  // Texts from a report only ever become text nodes.
  function el(tag, props, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(props || {})) if (value !== undefined) node.setAttribute(key, value);
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
  }

  function svg(className, box, path, turn) {
    const node = document.createElementNS(SVG, "svg");
    const line = document.createElementNS(SVG, "path");
    node.setAttribute("class", className);
    node.setAttribute("viewBox", `0 0 ${box} ${box}`);
    node.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    if (turn !== undefined) line.setAttribute("transform", `rotate(${turn} 8 8)`);
    node.append(line);
    return node;
  }

  const shape = (letter) => {
    const node = svg(`shape ${data.shapes[letter]}`, 12, OUTLINE[letter]);
    if (letter === "u") node.firstChild.setAttribute("class", "hollow");
    return node;
  };
  const arrow = (letter) => (letter in TURN ? svg("arrow", 16, "M2 8H13M8.6 3.4 13.2 8 8.6 12.6", TURN[letter]) : "");
  const hidden = (text) => el("span", { class: "visually-hidden" }, text);
  const minus = (text) => text.replace("-", "\u2212");
  const signed = (hundredths) => (hundredths === null ? "–" : minus((hundredths >= 0 ? "+" : "") + (hundredths / 100).toFixed(2)));
  const percent = (hundredths) => (hundredths === null ? "–" : `${hundredths}\u202f%`);
  const words = (text) => text.replaceAll("_", " ");
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const styleOf = (i) => !data.words[data.style[i]] ? "–" : data.styles[data.words[data.style[i]]] || capital(words(data.words[data.style[i]]));
  const moment = (day) => Date.parse(`${day}T00:00:00Z`);
  const dates = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const long = (i) => dates.format(moment(data.days[i]));
  // A week without a call has no number.
  const regimeName = (number) => (number === null ? "No call" : data.regimes[number]);
  const report = (i) => `${data.days[i]}/weekly.html`;
  const simulated = (i) => data.words[data.made[i][0]] === "demo";
  const manual = (i) => data.manual[i] || [];
  const inflectionsOf = (i) => (data.inflections[i] ? data.inflections[i].split(",").map((each) => each.split(":")) : []);
  const state = (engine, i) => data.engines[engine].state[i];
  const mixed = data.days.some((_, i) => simulated(i)) && !data.days.every((_, i) => simulated(i));
  const formats = [0, 1, 2].map((places) => new Intl.NumberFormat("en-US", { maximumFractionDigits: places }));
  const small = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
  const figures = (value) => (Math.abs(value) < 1 ? small : formats[Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 100 ? 1 : 2]).format(value);

  const regimeChip = (i) => data.regime[i] === null ? [el("span", {}, regimeName(null))] : [el("span", { class: `number r${data.regime[i]}` }, String(data.regime[i])), el("span", {}, regimeName(data.regime[i]), data.confirmed[i] ? null : el("span", { class: "soft" }, " unconfirmed"))];
  const inflectionText = (i) => inflectionsOf(i).map(([engine, way]) => `${data.engineNames[engine]} ${way}`).join(", ");

  // ---- every week -------------------------------------------------------------------------------------------------

  // Built when the first search needs it.
  let haystack;
  const allWords = () => data.days.map((day, i) => [
    day, long(i), data.regime[i] === null ? regimeName(null) : `regime ${data.regime[i]} ${regimeName(data.regime[i])} ${data.confirmed[i] ? "confirmed" : "unconfirmed"}`, styleOf(i), data.said[i],
    ...engines.map((engine) => `${data.engineNames[engine]} ${data.shapes[state(engine, i)]}; ${data.engineNames[engine]} ${data.ways[data.engines[engine].way[i]]};`),
    data.inflections[i] ? `inflection ${inflectionText(i)}` : "", data.words[data.made[i][0]], simulated(i) ? "simulated" : "",
    ...manual(i).map((entry) => `manual ${entry.join(" ")}`),
  ].join(" ").toLowerCase());

  const keys = {
    week: (i) => i,
    regime: (i) => data.regime[i],
    risk: (i) => data.risk[i],
    style: (i) => styleOf(i),
    inflections: (i) => data.inflections[i],
  };
  for (const engine of engines) keys[engine] = (i) => data.engines[engine].score[i];

  const view = { key: "week", down: true, shown: [], drawn: 0, ticked: [] };

  const termsOf = (text) => [...text.toLowerCase().matchAll(/"([^"]+)"|[^\s"]+/g)].map((found) => found[1] || found[0]);

  function filter() {
    const terms = termsOf($("search").value);
    const only = Number($("only").value);
    if (terms.length) haystack ||= allWords();
    const found = [];
    for (let i = 0; i <= last; i++)
      if ((!only || data.regime[i] === only) && terms.every((term) => haystack[i].includes(term))) found.push(i);
    const key = keys[view.key];
    // What is unknown or empty stands last, whichever way the rest is sorted.
    const empty = (value) => value === null || value === "";
    found.sort((a, b) => {
      const left = key(a), right = key(b);
      if (empty(left) || empty(right)) return empty(left) - empty(right) || b - a;
      const order = left < right ? -1 : left > right ? 1 : 0;
      return (view.down ? -order : order) || b - a;
    });
    view.shown = found;
    view.drawn = 0;
    $("rows").replaceChildren();
    draw(FIRST);
  }

  function draw(count) {
    const left = view.shown.length - view.drawn;
    const rows = view.shown.slice(view.drawn, view.drawn + (left <= count + STRAGGLERS ? left : count)).map(row);
    view.drawn += rows.length;
    $("rows").append(...rows);
    const total = view.shown.length;
    $("count").textContent = total === last + 1 ? `${total} ${total === 1 ? "week" : "weeks"}` : `${total} of ${last + 1} weeks`;
    if (!total) $("rows").append(el("tr", {}, el("td", { colspan: String(6 + engines.length), class: "none" }, "No week says that. Try fewer words.")));
    $("more").hidden = view.drawn >= total;
  }

  function row(i) {
    const marks = [];
    if (mixed && simulated(i)) marks.push(el("span", { class: "tag warn" }, "Simulated"));
    if (manual(i).length) marks.push(el("span", { class: "tag manual" }, "Manual"));
    const box = el("input", { type: "checkbox", "aria-label": `Compare ${data.days[i]}` });
    box.checked = view.ticked.includes(i);
    box.addEventListener("change", () => tick(i, box.checked));
    return el("tr", { "data-week": data.days[i] },
      el("th", { scope: "row" }, el("a", { href: report(i) }, data.days[i]), marks),
      el("td", { class: "regime" }, regimeChip(i)),
      engines.map((engine) => score(engine, i)),
      el("td", { class: "num", "data-label": "Target exposure" }, percent(data.risk[i])),
      el("td", { class: "style" }, styleOf(i)),
      el("td", { class: "inflections" }, inflectionText(i) || null),
      el("td", { class: "pick" }, el("label", {}, box, el("span", {}, "Pick"))));
  }

  function score(engine, i) {
    const row = data.engines[engine];
    return el("td", { class: `engine-col ${data.shapes[row.state[i]]}`, "data-label": data.engineNames[engine] },
      el("span", { class: "mark" }, shape(row.state[i]), el("span", { class: "figure" }, signed(row.score[i])), arrow(row.way[i]),
        hidden(`, ${data.shapes[row.state[i]]}, ${data.ways[row.way[i]]}`)));
  }

  function tick(i, on) {
    view.ticked = view.ticked.filter((each) => each !== i);
    if (on) view.ticked.push(i);
    if (view.ticked.length > 2) view.ticked.shift();
    for (const box of $("rows").querySelectorAll("input")) {
      const day = box.closest("tr").dataset.week;
      box.checked = view.ticked.some((each) => data.days[each] === day);
    }
    const one = view.ticked.length === 1;
    $("picked").textContent = one ? `${data.days[view.ticked[0]]} is picked. Tick a second week to see both side by side.` : "";
    if (view.ticked.length === 2) goCompare(...[...view.ticked].sort((a, b) => a - b));
  }

  function goCompare(first, second) {
    choose(first, second);
    $("compare").focus({ preventScroll: true });
    $("compare").scrollIntoView();
  }

  function sortBy(heading, down) {
    const key = heading.dataset.key;
    view.down = down ?? (view.key === key ? !view.down : key !== "regime" && key !== "style");
    view.key = key;
    for (const other of document.querySelectorAll("th[data-key]")) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", view.down ? "descending" : "ascending");
    filter();
  }

  // ---- over the years ---------------------------------------------------------------------------------------------

  function timeline() {
    const box = document.querySelector(".timeline"), over = box.querySelector(".over"), cursor = box.querySelector(".cursor");
    const start = moment(box.dataset.start), end = moment(box.dataset.end), half = 3.5 * 864e5;
    const at = $("at");
    const times = data.days.map(moment);

    let held = null;

    function show(i, marked) {
      at.value = String(i);
      at.setAttribute("aria-valuetext", `${long(i)}: ${regimeName(data.regime[i])}`);
      cursor.style.left = `${(100 * (times[i] + half - start)) / (end - start)}%`;
      cursor.hidden = !marked;
      $("readout").replaceChildren(
        el("p", { class: "when" }, el("a", { href: report(i) }, long(i)), " ", el("span", { class: "chip" }, regimeChip(i))),
        el("ul", {}, engines.map((engine) => el("li", { class: data.shapes[state(engine, i)] }, shape(state(engine, i)), `${data.engineNames[engine]} `, el("b", { class: "figure" }, signed(data.engines[engine].score[i])), hidden(` ${data.shapes[state(engine, i)]}`))),
          el("li", {}, "Target exposure ", el("b", { class: "figure" }, percent(data.risk[i])))),
        el("p", { class: "next" }, i > 0 ? against("the week before", i - 1, i) : null, i < last - 1 ? against("the newest", i, last) : null));
    }

    function against(name, first, second) {
      const button = el("button", { type: "button" }, `Compare with ${name}`);
      button.addEventListener("click", () => goCompare(first, second));
      return button;
    }

    // A held week stays while the pointer moves on to its links; the same week again, or Escape, lets go.
    function hold(i) {
      held = held === i ? null : i;
      cursor.classList.toggle("held", held !== null);
      show(i, true);
    }

    function nearest(x) {
      const room = over.getBoundingClientRect();
      const time = start + ((x - room.left) / room.width) * (end - start) - half;
      let low = 0, high = last;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (times[middle] < time) low = middle + 1;
        else high = middle;
      }
      return low > 0 && time - times[low - 1] < times[low] - time ? low - 1 : low;
    }

    at.addEventListener("input", () => { if (held !== null) hold(held); show(Number(at.value), true); });
    at.addEventListener("keydown", (event) => { if (event.key === "Escape" && held !== null) hold(held); });
    over.addEventListener("pointermove", (event) => { if (held === null) show(nearest(event.clientX), true); });
    over.addEventListener("click", (event) => { hold(nearest(event.clientX)); at.focus({ preventScroll: true }); });
    show(last, false);
  }

  // ---- two weeks side by side -------------------------------------------------------------------------------------

  const option = (i) => el("option", { value: String(i) }, `${data.days[i]} · ${regimeName(data.regime[i])}`);

  // A list of a thousand weeks takes a third of a second to lay out, so each is filled when it is first turned to.
  function pick(list, i) {
    if (!list.dataset.whole) list.replaceChildren(option(i));
    list.value = String(i);
  }

  function fillList(list) {
    if (list.dataset.whole) return;
    const chosen = list.value;
    list.dataset.whole = "yes";
    list.replaceChildren(...data.days.map((_, i) => option(last - i)));
    list.value = chosen;
  }

  function choose(first, second) {
    pick($("first"), first);
    pick($("second"), second);
    compare();
  }

  function difference(value, text) {
    return el("td", { class: `num ${value > 0 ? "rose" : value < 0 ? "fell" : "same"}` }, value ? text : "–");
  }

  const points = (was, is) => was === null || is === null ? difference(0, "") : difference(is - was, minus(`${is > was ? "+" : ""}${is - was} pts`));

  function bar(value, most) {
    const share = most ? Math.min(50, (50 * Math.abs(value)) / most) : 0;
    const inside = el("i", { class: value >= 0 ? "up" : "down" });
    inside.style.left = `${value >= 0 ? 50 : 50 - share}%`;
    inside.style.width = `${share}%`;
    return el("span", { class: "change-bar", "aria-hidden": "true" }, inside);
  }

  function calls(a, b) {
    const plain = (title, left, right, change) => el("tr", {}, el("th", { scope: "row" }, title), el("td", {}, left), el("td", {}, right), change || el("td", {}, ""));
    const call = (i) => el("span", { class: "chip" }, regimeChip(i));
    const reading = (engine, i) => [el("span", { class: "said" }, shape(state(engine, i)), " ", capital(data.shapes[state(engine, i)])), " ", el("span", { class: "figure soft" }, signed(data.engines[engine].score[i])), " ", arrow(data.engines[engine].way[i]), hidden(` ${data.ways[data.engines[engine].way[i]]}`)];
    const rows = [
      plain("Regime", call(a), call(b), el("td", { class: "num" }, data.regime[a] === data.regime[b] ? "–" : el("strong", { class: "flipped" }, "changed"))),
      plain("Target exposure", percent(data.risk[a]), percent(data.risk[b]), points(data.risk[a], data.risk[b])),
      plain("Style", styleOf(a), styleOf(b), el("td", { class: "num" }, styleOf(a) === styleOf(b) ? "–" : el("strong", { class: "flipped" }, "changed"))),
    ];
    for (const engine of engines) {
      const scores = data.engines[engine].score, known = scores[a] !== null && scores[b] !== null;
      const moved = known ? scores[b] - scores[a] : 0;
      const flipped = state(engine, a) !== state(engine, b);
      const cell = difference(moved, signed(moved));
      if (flipped) cell.prepend(el("strong", { class: "flipped" }, "flipped"), " ");
      rows.push(el("tr", { class: flipped ? "turned" : undefined }, el("th", { scope: "row" }, data.engineNames[engine]), el("td", { class: data.shapes[state(engine, a)] }, reading(engine, a)), el("td", { class: data.shapes[state(engine, b)] }, reading(engine, b)), cell));
    }
    rows.push(el("tr", { class: "between" }, el("th", { colspan: "4", scope: "colgroup" }, "Membership of each regime")));
    for (const number of Object.keys(data.regimes)) {
      const [was, is] = [data.members[a][number - 1], data.members[b][number - 1]];
      rows.push(el("tr", { class: "member" }, el("th", { scope: "row" }, el("span", { class: `key r${number}` }, number), " ", regimeName(number)), el("td", {}, percent(was)), el("td", {}, percent(is)), points(was, is)));
    }
    const head = (i) => el("th", { scope: "col" }, el("a", { href: report(i) }, data.days[i]));
    return el("table", { class: "side calls" }, el("caption", { class: "visually-hidden" }, "The calls of both weeks"), el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "What it said"), head(a), head(b), el("th", { scope: "col", class: "num" }, "Change"))), el("tbody", {}, rows));
  }

  function inputs(a, b) {
    const moves = data.inputs.map((line) => {
      const [was, is] = [line.points[a], line.points[b]];
      return { line, change: (is || 0) - (was || 0), absent: was === null && is === null, manual: line.manual.includes(a) || line.manual.includes(b) };
    }).filter((move) => !move.absent).sort((x, y) => Math.abs(y.change) - Math.abs(x.change));
    const most = Math.max(...moves.map((move) => Math.abs(move.change)), 1);
    const figure = (line, i) => el("td", { class: "num" }, line.value[i] === null ? el("span", { class: "soft" }, "missing") : [minus(figures(line.value[i])), line.points[i] === null ? el("span", { class: "soft" }, " not counted") : null]);
    const rows = moves.map((move, place) => el("tr", { class: place >= FEW ? "rest" : undefined },
      el("th", { scope: "row" }, move.line.title, el("span", { class: "soft unit" }, move.line.unit), move.manual ? el("span", { class: "tag manual" }, "Manual") : null),
      el("td", { class: "of" }, data.engineNames[move.line.engine]), figure(move.line, a), figure(move.line, b),
      el("td", { class: "num effect" }, el("span", { class: "figure" }, move.change ? minus((move.change > 0 ? "+" : "") + (move.change / 1000).toFixed(3)) : "–"), bar(move.change, most))));
    const table = el("table", { class: "side figures" }, el("caption", {}, "Which figures moved it", el("span", {}, "By their effect on the engine’s score; a cap under credit stress or a state set by hand comes on top.")),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Figure"), el("th", { scope: "col", class: "of" }, "Engine"), el("th", { scope: "col", class: "num" }, data.days[a]), el("th", { scope: "col", class: "num" }, data.days[b]), el("th", { scope: "col", class: "num effect" }, el("span", { class: "figure" }, "Effect"), el("span", { class: "change-bar none" })))), el("tbody", {}, rows));
    if (rows.length <= FEW) return [table];
    const button = el("button", { type: "button", "aria-expanded": "false" }, `Show all ${rows.length} figures`);
    button.addEventListener("click", () => {
      const open = table.classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
      button.textContent = open ? "Show the few that moved most" : `Show all ${rows.length} figures`;
    });
    return [table, el("p", { class: "more" }, button)];
  }

  function headline(a, b) {
    const weeks = Math.round((moment(data.days[b]) - moment(data.days[a])) / (7 * 864e5));
    const distance = `${Math.abs(weeks)} ${Math.abs(weeks) === 1 ? "week" : "weeks"} ${weeks < 0 ? "earlier" : "later"}`;
    const call = data.regime[a] === data.regime[b] ? `still ${regimeName(data.regime[b]).toLowerCase()}` : `from ${regimeName(data.regime[a]).toLowerCase()} to ${regimeName(data.regime[b]).toLowerCase()}`;
    const flips = engines.filter((engine) => state(engine, a) !== state(engine, b)).map((engine) => `${data.engineNames[engine].toLowerCase()} went from ${data.shapes[state(engine, a)]} to ${data.shapes[state(engine, b)]}`);
    const moved = engines.map((engine) => [engine, data.engines[engine].score[b] - data.engines[engine].score[a]])
      .filter(([engine]) => data.engines[engine].score[a] !== null && data.engines[engine].score[b] !== null)
      .sort((x, y) => Math.abs(y[1]) - Math.abs(x[1]))[0];
    const most = moved && moved[1] ? ` ${data.engineNames[moved[0]]} moved most, by ${signed(moved[1])}.` : "";
    const risk = data.risk[a] === data.risk[b] || data.risk[a] === null || data.risk[b] === null ? "" : ` The target exposure went from ${percent(data.risk[a])} to ${percent(data.risk[b])}.`;
    const list = flips.length > 1 ? `${flips.slice(0, -1).join(", ")} and ${flips[flips.length - 1]}` : flips[0];
    return `${capital(distance)}: ${call}. ${list ? `${capital(list)}.` : "No engine changed its state."}${most}${risk}`;
  }

  function making(a, b) {
    const names = ["Source", "Library", "Parameters", "Data"];
    const lines = names.map((name, place) => [name, data.words[data.made[a][place]], data.words[data.made[b][place]]])
      .filter(([name, was, is]) => was !== is && name !== "Data" && was && is)
      .map(([name, was, is]) => el("li", {}, el("strong", {}, `${name}: `), name === "Parameters" ? "thresholds, weights or manual readings differ between the two" : `${was} → ${is}`));
    const both = (data.notices[a] || []).filter((place) => (data.notices[b] || []).includes(place));
    const told = [["Both weeks", both], ...[a, b].map((i) => [data.days[i], (data.notices[i] || []).filter((place) => !both.includes(place))])];
    for (const i of a === b ? [a] : [a, b]) {
      for (const [field, value, who, why] of manual(i)) lines.push(el("li", {}, el("strong", {}, `${data.days[i]}, by hand: `), `${words(field)} = ${value}${who ? `, by ${who}` : ""}${why ? ` (${why})` : ""}`));
    }
    for (const [name, places] of told) {
      for (const place of places.slice(0, 6)) lines.push(el("li", {}, el("strong", {}, `${name}, data: `), data.words[place]));
      if (places.length > 6) lines.push(el("li", {}, el("strong", {}, `${name}, data: `), `and ${places.length - 6} more; the report has them all.`));
    }
    return lines.length ? [el("h3", {}, "How they were made"), el("ul", { class: "plain" }, lines)] : [];
  }

  // ---- further questions ------------------------------------------------------------------------------------------

  const answersOf = (day) => data.answers.rows.filter((row) => row[0] === day);
  const answerLink = ([day, , , file], text) => el("a", { href: `${day}/${file}` }, text);

  const ticket = ([day, , , , file]) => file ? [" ", el("a", { href: `${day}/${file}` }, "Ticket")] : [];

  function answered(a, b) {
    const [left, right] = [answersOf(data.days[a]), answersOf(data.days[b])];
    const names = Object.keys(data.answers.titles).filter((name) => [...left, ...right].some((row) => row[1] === name));
    if (!names.length) return [];
    const cell = (rows, name) => {
      const row = rows.find((each) => each[1] === name);
      return el("td", {}, row ? answerLink(row, row[2]) : el("span", { class: "soft" }, "not asked"));
    };
    return [el("table", { class: "side answers" }, el("caption", {}, "Further questions"),
      el("thead", {}, el("tr", {}, ["Question", data.days[a], data.days[b]].map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, names.map((name) => el("tr", {}, el("th", { scope: "row" }, data.answers.titles[name]), cell(left, name), cell(right, name)))))];
  }

  function answers() {
    if (!$("answer-rows")) return;
    const words = data.answers.rows.map((row) => `${row[0]} ${row[1]} ${data.answers.titles[row[1]]} ${row[2]}`.toLowerCase());
    const at = { found: [], drawn: 0 };

    function drawAnswers(count) {
      const next = at.found.slice(at.drawn, at.drawn + count).map((i) => data.answers.rows[i]);
      at.drawn += next.length;
      $("answer-rows").append(...next.map((row) => el("tr", {}, el("th", { scope: "row" }, answerLink(row, row[0])), el("td", {}, data.answers.titles[row[1]]), el("td", {}, row[2], ...ticket(row)))));
      if (!at.found.length) $("answer-rows").append(el("tr", {}, el("td", { colspan: "3", class: "none" }, "No answer says that. Try fewer words.")));
      $("answer-count").textContent = at.found.length === words.length ? `${words.length} ${words.length === 1 ? "answer" : "answers"}` : `${at.found.length} of ${words.length} answers`;
      $("more-answers").hidden = at.drawn >= at.found.length;
    }

    function filterAnswers() {
      const terms = termsOf($("answer-search").value);
      const only = $("question").value;
      at.found = words.map((_, i) => words.length - 1 - i).filter((i) => (!only || data.answers.rows[i][1] === only) && terms.every((term) => words[i].includes(term)));
      at.drawn = 0;
      $("answer-rows").replaceChildren();
      drawAnswers(FIRST);
    }

    let pause;
    $("answer-search").addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(filterAnswers, 80); });
    $("question").addEventListener("change", filterAnswers);
    $("more-answers").addEventListener("click", () => drawAnswers(MORE));
    filterAnswers();
  }

  function compare() {
    const [a, b] = [Number($("first").value), Number($("second").value)];
    $("comparison").replaceChildren(el("p", { class: "headline" }, headline(a, b)), calls(a, b), ...answered(a, b), ...inputs(a, b), ...making(a, b));
    try { history.replaceState(null, "", `#compare=${data.days[a]},${data.days[b]}`); } catch { /* a page opened in a frame may not */ }
  }

  function asked() {
    const found = /^#compare=([\d-]+),([\d-]+)$/.exec(location.hash);
    const pair = found && [data.days.indexOf(found[1]), data.days.indexOf(found[2])];
    return pair && pair.every((each) => each >= 0) ? pair : null;
  }

  function comparison() {
    for (const list of [$("first"), $("second")]) {
      for (const turned of ["focus", "pointerdown"]) list.addEventListener(turned, () => fillList(list));
      list.addEventListener("change", compare);
    }
    $("swap").addEventListener("click", () => choose(Number($("second").value), Number($("first").value)));
    const given = asked();
    const before = location.hash;
    choose(...(given || [Math.max(0, last - 1), last]));
    if (given) $("compare").scrollIntoView();
    else try { history.replaceState(null, "", before || location.pathname + location.search); } catch { /* see above */ }
    addEventListener("hashchange", () => { const pair = asked(); if (pair) choose(...pair); });
  }

  for (const form of document.querySelectorAll("form")) form.addEventListener("submit", (event) => event.preventDefault());
  answers();
  if (last < 0) {
    document.documentElement.dataset.ready = "yes";
    return;
  }
  let waiting;
  $("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 80); });
  $("only").addEventListener("change", filter);
  for (const heading of document.querySelectorAll("th[data-key]")) heading.querySelector("button").addEventListener("click", () => sortBy(heading));
  $("sort").addEventListener("change", () => {
    const [key, up] = $("sort").value.split(":");
    sortBy(document.querySelector(`th[data-key=${key}]`), !up && key !== "regime");
  });
  // Where the headings are out of sight, the list beside the search sorts, and Tab passes over them.
  const narrow = matchMedia("(max-width:78rem)");
  const reach = () => document.querySelectorAll("th[data-key] button").forEach((button) => button.toggleAttribute("disabled", narrow.matches));
  narrow.addEventListener("change", reach);
  reach();
  $("more").addEventListener("click", () => draw(MORE));
  timeline();
  filter();
  comparison();
  document.documentElement.dataset.ready = "yes";
})();
