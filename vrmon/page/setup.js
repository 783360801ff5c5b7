// A new installation: what the devices offer, as lines for vrmon.toml.

import { setText } from "./text.js";

const PACE = 5000; // ms between two looks at what is offered

const section = document.getElementById("setup");
const lines = document.getElementById("setup-lines");
let asked = -Infinity;

export function showSetup(status, live) {
  section.hidden = status.channels.length > 0;
  if (section.hidden || !live || performance.now() - asked < PACE) return;
  asked = performance.now();
  fetch("/devices")
    .then((answer) => answer.json())
    .then((offers) => show(status, offers))
    .catch(() => {});
}

function show(status, { primaries, dvrs }) {
  const file = status.configuration.file;
  const blocks = [...devices("primary", status.primaries), ...devices("dvr", status.dvrs), ...channels(primaries, dvrs)];
  const unheard = [...Object.entries(primaries), ...Object.entries(dvrs)].filter(([, device]) => device.state !== "ok");
  const waiting = unheard.length ? ` Not answering: ${unheard.map(([name]) => name).join(", ")}.` : "";
  setText(
    document.getElementById("setup-what"),
    `On the server, vrmon setup asks for everything. Or paste these lines into ${file}, correct them, then run: vrmon reload.${waiting}`,
  );
  lines.hidden = false;
  setText(lines, blocks.join("\n\n"));
}

function devices(table, known) {
  if (Object.keys(known).length) return [];
  return [`[${table}.${table === "primary" ? "playbox" : "recorder"}]\nurl = "FILL IN"`];
}

// A block for each ingest, with the sources in their order: a person who sees what runs on both corrects them.
function channels(primaries, dvrs) {
  const ingests = all(primaries, "ingests", "primary").filter(({ one }) => one.channel === null);
  const sources = all(dvrs, "sources", "dvr").filter(({ one }) => one.channel === null);
  const count = Math.max(ingests.length, sources.length);
  return Array.from({ length: count }, (_, place) => block(place, ingests[place], sources[place], primaries, dvrs));
}

function all(devices, list, key) {
  return Object.entries(devices).flatMap(([device, offer]) => offer[list].map((one) => ({ [key]: device, one })));
}

function block(place, ingest, source, primaries, dvrs) {
  const job = ingest?.one.jobs.map(({ id, basename }) => basename ?? `job ${id}`).join(", ");
  const seen = source && [source.one.display_name, source.one.is_recording ? `records ${source.one.recording_name ?? ""}` : "idle"].join(", ");
  return [
    `# ${ingest ? (job ? `ingest runs ${job}` : "ingest is idle") : "no further ingest"}; ${seen ? `source ${seen}` : "no further source"}`.replaceAll(/[\r\n\u2028\u2029]/g, " "),
    "[[channel]]",
    `name = ${toml(`CHANNEL ${place + 1}`)}`,
    `ingest = ${toml(ingest?.one.ingest ?? "FILL IN")}`,
    `source = ${toml(source?.one.unique_id ?? "FILL IN")}`,
    ...(Object.keys(primaries).length > 1 && ingest ? [`primary = ${toml(ingest.primary)}`] : []),
    ...(Object.keys(dvrs).length > 1 && source ? [`dvr = ${toml(source.dvr)}`] : []),
  ].join("\n");
}

function toml(text) {
  const escaped = text.replaceAll(/["\\]/g, "\\$&").replaceAll(/\p{C}/gu, (char) => `\\U${char.codePointAt(0).toString(16).padStart(8, "0")}`);
  return `"${escaped}"`;
}
