// The last hours of each channel, in a strip: in place of a list of what happened, where there is a history.

import { setText, Zone } from "./text.js";
import { drawBar, grouped, hourMarks, part } from "./timeline.js";
import { unknownIn, unknownTold } from "./unknown.js";

const HOURS = 4;
const PACE = 60000; // ms between two looks at the history, and the least when something has changed
const SOONEST = 10000;
const OLDEST = 600000; // ms for which what was told last may stand while the history cannot be read

const section = document.getElementById("timeline");
const list = document.getElementById("strips");
let asked = -Infinity;
let told = -Infinity;
let known = "";

export function showStrips(moment, live) {
  const state = moment.document.channels.map(({ name, job, take, coverage }) => [name, job?.id, take?.number, coverage?.gaps.length]).join();
  const pause = state === known ? PACE : SOONEST;
  if (!live || document.hidden || performance.now() - asked < pause) return;
  asked = performance.now();
  known = state;
  const lane = { from: moment.now - HOURS * 3600, to: moment.now };
  const query = new URLSearchParams({ from: time(lane.from), to: time(lane.to) });
  fetch(`/report?${query}`, { signal: AbortSignal.timeout(PACE) })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .then((report) => {
      told = performance.now();
      show(report, moment, lane);
    })
    .catch(() => performance.now() - told > OLDEST && show(null));
}

function time(at) {
  return new Date(at * 1000).toISOString();
}

function show(report, moment, lane) {
  const isTold = Boolean(report?.jobs.length);
  section.hidden = !isTold;
  document.querySelector(".recent").hidden = isTold;
  if (!isTold) return;
  const jobs = grouped(report.jobs, (job) => job.channel);
  const names = moment.document.channels.map(({ name }) => name);
  const zone = new Zone(moment.document.zone, report.zones);
  const unknown = unknownIn(report, lane);
  list.replaceChildren(axis(lane, zone), ...names.map((name) => strip(name, jobs.get(name) ?? [], unknown, lane, moment.now)));
}

function strip(name, jobs, unknown, lane, now) {
  const [row, label, bars, told] = ["li", "span", "div", "span"].map((tag) => document.createElement(tag));
  label.className = "name";
  bars.className = "lane";
  bars.setAttribute("aria-hidden", "true");
  told.className = "unseen";
  setText(label, name);
  setText(told, [summary(jobs), unknownTold(unknown)].filter(Boolean).join("; "));
  bars.append(...unknown.map((one) => part("dark", one, lane)), ...jobs.map((job) => bar(job, lane, now)));
  row.append(label, bars, told);
  return row;
}

function bar(job, lane, now) {
  const element = document.createElement("span");
  drawBar(element, job, lane, now);
  return element;
}

function summary(jobs) {
  if (!jobs.length) return "no job seen";
  const counts = grouped(jobs, (job) => job.status);
  return [...counts].map(([status, those]) => `${those.length} ${status}`).join(", ");
}

function axis(lane, zone) {
  const [row, label, hours] = ["li", "span", "div"].map((tag) => document.createElement(tag));
  row.className = "axis";
  row.setAttribute("aria-hidden", "true");
  hours.className = "lane";
  hours.append(...hourMarks(lane, zone, 1));
  row.append(label, hours);
  return row;
}
