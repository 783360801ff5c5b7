// Everything about one channel, for whom the tile is too small.

import { howLong, running, setText } from "./text.js";
import { covered } from "./view.js";

const dialog = document.getElementById("details");
const list = dialog.querySelector("dl");
let shown = null;

export function openDetails(name) {
  shown = name;
  list.replaceChildren();
  dialog.showModal();
}

export function showDetails(channels, views, moment) {
  if (!dialog.open) return;
  const index = channels.findIndex((channel) => channel.name === shown);
  if (index < 0) {
    dialog.close();
    return;
  }
  const view = views[index];
  dialog.dataset.tone = view.tone;
  setText(dialog.querySelector("h2"), `${view.name}: ${view.word}`);
  setText(dialog.querySelector(".why"), view.why);
  setText(dialog.querySelector(".hint"), view.hint);
  facts(channels[index], view, moment).forEach(([term, fact], row) => {
    if (!list.children[row * 2]) {
      list.append(document.createElement("dt"), document.createElement("dd"));
    }
    setText(list.children[row * 2], term);
    setText(list.children[row * 2 + 1], fact || "–");
  });
}

function drillText({ when, result, why }, moment) {
  return [`${result} at ${moment.clock(when)}`, why].filter(Boolean).join(": ");
}

function bounds({ least, most }) {
  return `at least ${howLong(least)}, at most ${howLong(Math.ceil(most))}`;
}

function gapText({ from, to, least, most, reason }, moment) {
  const until = to === null ? "now" : moment.clock(to);
  return `${moment.clock(from)} to ${until}: ${reason} (${bounds({ least, most })})`;
}

function facts(channel, view, moment) {
  const { job, take, coverage } = channel;
  return [
    ["Primary", `${channel.primary}, ingest ${channel.ingest}`],
    ["Job", job ? [job.basename ?? "no name yet", `id ${job.id}`].join(" · ") : ""],
    ["Primary says", [view.primary.what, view.primary.time].filter(Boolean).join(" · ")],
    ["Backup", `${channel.dvr}, source ${channel.source_name ?? "unresolved"} (${channel.source ?? "not found"})`],
    ["Take", take ? `${take.name} · number ${take.number}` : ""],
    ["On the backup", covered(coverage)],
    ["Missing", coverage ? bounds(coverage.missing) : ""],
    ["Gaps", coverage ? coverage.gaps.map((gap) => gapText(gap, moment)).join("; ") : ""],
    ["Files", coverage ? coverage.files.join(", ") : ""],
    ["Recording now", channel.recording ?? ""],
    ["Backup says", [view.backup.what, view.backup.time].filter(Boolean).join(" · ")],
    ["Started after", take && take.start_latency !== null ? `${take.start_latency.toFixed(2)} s` : ""],
    ["Last drill", channel.drill ? drillText(channel.drill, moment) : ""],
    ["In this state for", running(moment.since(channel.since))],
  ];
}
