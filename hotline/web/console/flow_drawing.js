// The drawing of a flow as SVG: dagre places steps and ways, and this draws them. Sizes are in units of the drawing.

import { html, nothing, svg } from "./vendor/lit.js";
import { Graph, layout } from "./vendor/dagre.js";
import { percent } from "./figures.js";
import { language, t } from "./words.js";

const STEP = { width: 190, height: 58 };
const INNER = { width: 170, height: 40 };
const END = { width: 96, height: 26 };
const LETTER = 6.4;
const LONGEST = 26;

/** Places and lines of a picture (GET /flows/picture), with the steps and ways that a comparison has gone, and a stub for
 * those who hung up in a step. Nothing in it changes with the calls that come and go. */
export function placed(picture, traffic, compared) {
  const plans = ["TB", "LR"].map((rankdir) => laid(rankdir, picture, traffic, compared));
  const long = ({ width, height }) => Math.max(width, height);
  return long(plans[1]) < long(plans[0]) ? plans[1] : plans[0]; // downwards, or to the right where that is less to scroll
}

function laid(rankdir, picture, traffic, compared) {
  const graph = new Graph();
  graph.setGraph({ rankdir, nodesep: 24, ranksep: 44, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  const gone = compared?.gone ?? [];
  const steps = [...picture.steps, ...gone];
  const known = new Set(steps.map((one) => one.step));
  for (const step of steps) graph.setNode(step.step, { ...(isInner(step) ? INNER : STEP), step });
  for (const step of steps) {
    for (const way of step.ways) {
      if (way.to === "again" || way.to === step.step) continue;
      const to = known.has(way.to) ? way.to : `${step.step} ${way.to}`;
      if (!known.has(way.to)) graph.setNode(to, { ...END, end: way.to });
      way_(graph, step.step, to, way.words);
    }
    const counted = traffic?.steps[step.step];
    if (counted?.left) {
      const to = `${step.step} left`;
      graph.setNode(to, { ...END, left: counted });
      way_(graph, step.step, to, []);
    }
  }
  for (const one of compared?.ways ?? []) {
    if (one.is === "removed" && known.has(one.from) && known.has(one.to) && !graph.edge(one.from, one.to)) way_(graph, one.from, one.to, []);
  }
  layout(graph);
  const nodes = graph.nodes().map((name) => ({ name, ...graph.node(name) }));
  const ways = graph.edges().map(({ v, w }) => ({ from: v, to: w, ...graph.edge(v, w) }));
  return { nodes, ways, width: graph.graph().width, height: graph.graph().height };
}

function way_(graph, from, to, words) {
  const text = shortened(words.map(wordOf).join(", "), LONGEST);
  graph.setEdge(from, to, { words, text, width: text.length * LETTER + 34, height: 16, labelpos: "c" });
}

/** The drawing. `marks`: by step `selected`, `first`, `now` (calls), `problems`, `change`, `walked`, `at`; `walked`: pairs of steps
 * as FROM→TO that a played call went. */
export function drawn(plan, { traffic, marks, walked, compared, choose }) {
  const most = Math.max(1, ...(traffic?.ways ?? []).map((one) => one.times));
  const times = new Map((traffic?.ways ?? []).map((one) => [`${one.from}→${one.to}`, one.times]));
  const changes = new Map((compared?.ways ?? []).map((one) => [`${one.from}→${one.to}`, one.is]));
  return html`<svg
    class="flow"
    viewBox="0 0 ${plan.width} ${plan.height}"
    role="group"
    aria-label=${t("flow_picture")}
  >
    ${svg`<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10z"></path></marker></defs>`}
    ${plan.ways.map((way) => line(way, times.get(`${way.from}→${way.to}`), most, changes.get(`${way.from}→${way.to}`), walked))}
    ${plan.nodes.map((node) => (node.step ? box(node, marks(node.name), choose) : ending(node)))}
  </svg>`;
}

function line(way, times, most, change, walked) {
  const went = walked.has(`${way.from}→${way.to}`);
  const kind = way.to.endsWith(" left") ? "left" : (change ?? "");
  const [first, ...rest] = way.points;
  const path = rest
    .map((point, at) => {
      const next = rest[at + 1];
      return next ? `Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}` : `L${point.x} ${point.y}`;
    })
    .join("");
  const words = [way.text, times ? `${times}×` : ""].filter(Boolean).join(" · ");
  return svg`<g class="way ${kind} ${went ? "went" : ""}">
    <path d="M${first.x} ${first.y}${path}" stroke-width=${1.2 + 4 * Math.sqrt((times ?? 0) / most)} marker-end="url(#arrow)"></path>
    ${words ? svg`<text x=${way.x} y=${way.y} dy="4">${words}<title>${way.words.map(wordOf).join(", ")}</title></text>` : nothing}
  </g>`;
}

function box(node, mark, choose) {
  const { step } = node;
  const about = step.flow ? `→ ${step.flow}` : `${kindWord(step.kind)} ${Object.values(step.about)[0] ?? ""}`;
  const inner = isInner(step);
  const classes = ["step", inner ? "inner" : "", step.kind, mark.change ?? "", mark.first ? "first" : "", mark.walked ? "walked" : "", mark.at ? "at" : ""].join(" ");
  return svg`<foreignObject x=${node.x - node.width / 2} y=${node.y - node.height / 2} width=${node.width} height=${node.height}>
    <button class=${classes} aria-pressed=${String(mark.selected)} title=${step.step} @click=${() => choose(step.step)}>
      ${inner ? nothing : html`<b>${step.step}</b>`}
      <small>${about}</small>
      <span class="marks">
        ${mark.now ? html`<i class="now" title=${t("calls_in_it")}>● ${mark.now}</i>` : nothing}
        ${mark.problems ? html`<i class="problems" title=${t("lint")}>▲ ${mark.problems}</i>` : nothing}
        ${mark.change ? html`<i class="change">${changeWord(mark.change)}</i>` : nothing}
      </span>
    </button>
  </foreignObject>`;
}

/** Whether a step is written inside another one, and has no name that an admin gave it. */
function isInner(step) {
  return step.step.includes(".");
}

function ending(node) {
  const [x, y] = [node.x - node.width / 2, node.y - node.height / 2];
  const text = node.left
    ? `✕ ${node.left.left} · ${percent(node.left.left / node.left.times, language())}`
    : endWord(node.end);
  return svg`<g class="end ${node.left ? "left" : ""}">
    <rect x=${x} y=${y} width=${node.width} height=${node.height} rx="13"></rect>
    <text x=${node.x} y=${node.y} dy="4">${text}<title>${node.left ? t("hung_up_here") : ""}</title></text>
  </g>`;
}

function shortened(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** A word of a way: keys, conditions and answers are as the admin wrote them. */
export function wordOf(word) {
  const words = { no_input: t("way_no_input"), wrong: t("way_wrong"), failed: t("way_failed"), else: t("way_else") };
  return words[word] ?? { open: t("way_open"), closed: t("way_closed") }[word] ?? word.replaceAll("_", " ");
}

function endWord(end) {
  return { hangup: t("end_hangup"), back: t("end_back"), return: t("end_return") }[end] ?? end;
}

/** What a comparison says of a step. */
export function changeWord(change) {
  return { added: t("change_added"), removed: t("change_removed"), changed: t("change_changed") }[change] ?? change;
}

/** The kind of a step: the admin's own word, in the language of the page where it has one. */
export function kindWord(kind) {
  const words = {
    say: t("kind_say"),
    menu: t("kind_menu"),
    collect: t("kind_collect"),
    listen: t("kind_listen"),
    survey: t("kind_survey"),
    branch: t("kind_branch"),
    set: t("kind_set"),
    lookup: t("kind_lookup"),
    hours: t("kind_hours"),
    language: t("kind_language"),
    queue: t("kind_queue"),
    transfer: t("kind_transfer"),
    voicemail: t("kind_voicemail"),
    open_case: t("kind_open_case"),
    recording: t("kind_recording"),
    call: t("kind_call"),
    flow: t("kind_flow"),
    goto: t("kind_goto"),
    return: t("kind_return"),
    hangup: t("kind_hangup"),
  };
  return words[kind] ?? kind;
}
