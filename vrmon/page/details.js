// Everything about one channel, for whom the tile is too small.

import { running, setText } from "./text.js";

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

function facts(channel, view, moment) {
  const { job, take } = channel;
  return [
    ["Primary", `${channel.primary}, ingest ${channel.ingest}`],
    ["Job", job ? [job.basename ?? "no name yet", `id ${job.id}`].join(" · ") : ""],
    ["Primary says", [view.primary.what, view.primary.time].filter(Boolean).join(" · ")],
    ["Backup", `${channel.dvr}, source ${channel.source_name ?? "unresolved"} (${channel.source ?? "not found"})`],
    ["Take", take ? `${take.name} · number ${take.number}` : ""],
    ["Recording now", channel.recording ?? ""],
    ["Backup says", [view.backup.what, view.backup.time].filter(Boolean).join(" · ")],
    ["Started after", take && take.start_latency !== null ? `${take.start_latency.toFixed(2)} s` : ""],
    ["In this state for", running(moment.since(channel.since))],
  ];
}
