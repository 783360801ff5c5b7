// The same as a table: the jobs, and the times of which not all is known, in the order in which they began.

import { facts, keyOf } from "./job.js";
import { setText } from "./text.js";
import { beganOf, STATUSES } from "./timeline.js";
import { unknownLines } from "./unknown.js";

const UNKNOWN = { mark: "?", tone: "stale" };
const rows = document.getElementById("rows");
let shown = "";

export function showRows({ jobs, clock }, report) {
  const lines = [
    ...unknownLines(report, clock).map((one) => ({ ...one, channel: "all", look: UNKNOWN, key: "" })),
    ...[...jobs.values()].map((job) => ({
      began: beganOf(job),
      facts: facts(job, clock),
      channel: job.channel,
      look: STATUSES[job.status] ?? UNKNOWN,
      key: keyOf(job),
    })),
  ].sort((one, other) => one.began - other.began);
  const text = JSON.stringify(lines);
  if (text === shown) return; // what somebody has marked in it stays so
  shown = text;
  rows.replaceChildren(...lines.map(line));
}

function line({ channel, look: { mark, tone }, facts, key }) {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  row.setAttribute("role", "row"); // said, since on a phone they are laid out as something else
  head.setAttribute("role", "rowheader");
  head.scope = "row";
  setText(head, channel);
  row.append(head);
  for (const [term, fact] of facts) {
    const cell = document.createElement("td");
    cell.setAttribute("role", "cell");
    cell.dataset.term = term;
    if (term === "Backup") cell.dataset.tone = tone;
    if (term === "Job" && key) cell.append(opener(key, fact));
    else setText(cell, term === "Backup" ? `${mark} ${fact}` : fact);
    row.append(cell);
  }
  return row;
}

function opener(key, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "opener";
  button.dataset.key = key;
  button.dataset.of = "rows";
  button.setAttribute("aria-haspopup", "dialog");
  setText(button, name);
  return button;
}
