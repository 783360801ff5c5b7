// /day: a whole broadcast day, channels as rows; each bar opens its job. The same as a table.

import { keyOf, openJob, showJob } from "./job.js";
import { showLanes } from "./lanes.js";
import { showRows } from "./table.js";
import { daysAfter, setText, Zone } from "./text.js";
import { seconds } from "./timeline.js";
import { blindSeconds, silentIn, unknownIn, unknownTold } from "./unknown.js";

const DAY = 86400;
const PACE = 60000; // ms between two looks while the day goes on
const AGAIN = 10000; // where there was no answer

const at = (id) => document.getElementById(id);
let known = null; // the day that is shown
let opened; // by this button
let timer;

async function show() {
  clearTimeout(timer);
  const { search } = location;
  const pause = await look(search).catch(() => {
    setText(at("summary"), "Cannot read the history: no word from vrmon. Trying again.");
    return AGAIN;
  });
  if (pause && search === location.search) timer = setTimeout(show, pause);
}

// How long it is to the next look, in ms; 0 where there is none.
async function look(search) {
  const asked = new URLSearchParams(search).get("day") ?? "";
  const signal = AbortSignal.timeout(PACE);
  const [status, answer] = await Promise.all([
    fetch("/status", { signal }).then((one) => one.json()),
    fetch(asked ? `/report?day=${encodeURIComponent(asked)}` : "/report", { signal }),
  ]);
  const report = await answer.json();
  if (search !== location.search) return 0;
  if (!answer.ok) {
    setText(at("summary"), report.error);
    return answer.status < 500 ? 0 : AGAIN;
  }
  // After an upgrade this page is the old one.
  if (known && known.version !== status.version) location.reload();
  known = dayOf(status, report, asked);
  draw(known, report);
  return known.isOver ? 0 : PACE;
}

// `lane`: from its beginning to its end, `seen`: to now, in Unix time; `clock`: a time in words, with the date where
// that is not the day's.
function dayOf({ version, now: told, zone: current, channels }, report, asked) {
  const zone = new Zone(current, report.zones);
  const [from, now] = [seconds(report.from), seconds(told)];
  const to = asked ? seconds(report.to) : from + DAY + zone.offsetAt(from) - zone.offsetAt(from + DAY);
  return {
    version,
    zone,
    now,
    lane: { from, to },
    seen: { from, to: Math.max(from, Math.min(now, to)) },
    isOver: to <= now,
    isToCome: now < from,
    clock: (time, beside = from) => zone.clock(time, beside),
    jobs: new Map(report.jobs.map((job) => [keyOf(job), job])),
    channels: channels.map(({ name }) => name),
  };
}

function draw(day, report) {
  const { zone, lane, seen } = day;
  const date = zone.day(lane.from);
  const title = `${zone.weekday(lane.from)} ${date}`;
  setText(at("day"), `Broadcast day ${title}`);
  document.title = `${title} · vrmon`;
  at("before").href = `/day?day=${daysAfter(date, -1)}`;
  at("after").href = `/day?day=${daysAfter(date, 1)}`;
  at("after").hidden = !day.isOver;
  const unknown = unknownIn(report, seen);
  setText(at("summary"), summary(report.summary, day, [...unknown, ...silentIn(report, seen)]));
  setText(at("began"), `Began, ${zone.namesIn(lane)}`);
  const focused = document.activeElement;
  showLanes(day, unknown);
  showRows(day, report);
  showJob(day.jobs, day.clock);
  if (!focused.isConnected || focused.hidden) refocus(focused);
}

// What stands now where the focus was.
function refocus({ dataset: { key, of }, hidden }) {
  const same = key && document.querySelector(`[data-key="${CSS.escape(key)}"][data-of="${of}"]`);
  const other = hidden ? null : document.querySelector("#lanes [tabindex='0']");
  (same || other || at("before")).focus();
}

function summary({ jobs, complete, partial, missed, running }, { seen, isOver, isToCome }, unknown) {
  const told = unknownTold(unknown);
  if (isToCome) return "This day is yet to come.";
  if (!jobs && told && seen.to - seen.from - blindSeconds(unknown) < 1) return `Nobody knows what ran on this day: ${told}.`;
  if (!jobs && told) return `No job was seen on this day${isOver ? "" : " yet"}, but ${told}: nobody knows what ran then.`;
  if (!jobs) return isOver ? "No job ran on this day." : "No job has run on this day yet.";
  const counts = Object.entries({ complete, partial, missed, running }).filter(([, count]) => count);
  return `${jobs} ${jobs === 1 ? "job" : "jobs"}: ${counts.map(([word, count]) => `${count} ${word}`).join(", ")}${told && `; ${told}`}`;
}

// Another day in the same page, so that the focus stays.
function turn(link) {
  if (link.hidden) return;
  history.pushState(null, "", link.href);
  show();
}

function onClick(event) {
  const link = event.target.closest("nav a[href^='/day']");
  const button = event.target.closest("button[data-key]");
  if (button) {
    opened = button;
    openJob(known.jobs.get(button.dataset.key), known.clock);
  }
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  turn(link);
}

function onKey(event) {
  const link = { PageUp: "before", PageDown: "after" }[event.key];
  if (!link) return;
  event.preventDefault();
  turn(at(link));
}

document.addEventListener("click", onClick);
at("job").addEventListener("close", () => refocus(opened));
at("lanes").addEventListener("keydown", onKey);
addEventListener("popstate", show);
show();
