// /day: a whole broadcast day, channels as rows; each bar opens its job. The same as a table.

import { daysAfter, howLong, setText, Zone } from "./text.js";
import { drawBar, grouped, hourMarks, nameOf, part, place, seconds, spanOf, STATUSES } from "./timeline.js";
import { blindSeconds, unknownIn, unknownLines, unknownTold } from "./unknown.js";

const DAY = 86400;
const POLLS = 2; // seconds that the polls around a beginning and an end leave in doubt
const PACE = 60000; // ms between two looks while the day goes on

const at = (id) => document.getElementById(id);
const dialog = at("job");
const asked = new URLSearchParams(location.search).get("day") ?? "";

async function show() {
  const [status, answer] = await Promise.all([fetch("/status").then((one) => one.json()), fetch(asked ? `/report?day=${encodeURIComponent(asked)}` : "/report")]);
  const report = await answer.json();
  if (!answer.ok) {
    setText(at("summary"), report.error);
    return;
  }
  draw(status, report);
}

function draw(status, report) {
  const zone = new Zone(status.zone, report.zones);
  const now = seconds(status.now);
  const from = seconds(report.from);
  const lane = { from, to: asked ? seconds(report.to) : from + DAY + zone.offsetAt(from) - zone.offsetAt(from + DAY) };
  const isOver = lane.to <= now;
  const end = Math.min(now, lane.to);
  const day = zone.day(from);
  const title = `${zone.weekday(from)} ${day}`;
  setText(at("day"), `Broadcast day ${title}`);
  document.title = `${title} · vrmon`;
  at("before").href = `/day?day=${daysAfter(day, -1)}`;
  at("after").href = `/day?day=${daysAfter(day, 1)}`;
  at("after").hidden = !isOver;
  const unknown = unknownIn(report, { from, to: end });
  const watched = end - from - blindSeconds(unknown);
  setText(at("summary"), summary(report.summary, isOver, unknownTold(unknown), watched));
  const focused = document.activeElement?.dataset?.key;
  const jobs = grouped(report.jobs, (job) => job.channel);
  const others = [...jobs.keys()].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
  const names = [...new Set([...status.channels.map(({ name }) => name), ...others])];
  at("lanes").replaceChildren(
    row("axis", "", hourMarks(lane, zone, 2)),
    ...names.map((name) =>
      row("", name, [
        ...unknown.map((one) => part("dark", one, lane)),
        ...(jobs.get(name) ?? []).map((job) => bar(job, lane, end, zone)),
        ...(isOver ? [] : [part("now", { from: now, to: now }, lane)]),
      ]),
    ),
  );
  at("rows").replaceChildren(...lines(report, from, zone));
  if (focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  if (!isOver) setTimeout(() => show().catch(failed), PACE);
}

// `unknown`: of which times not all is known, in words; `watched`: the seconds of which something is.
function summary({ jobs, complete, partial, missed, running }, isOver, unknown, watched) {
  if (!jobs && unknown && watched < 1) return `Nobody knows what ran on this day: ${unknown}.`;
  if (!jobs && unknown) return `No job was seen on this day${isOver ? "" : " yet"}, but ${unknown}: nobody knows what ran then.`;
  if (!jobs) return isOver ? "No job ran on this day." : "No job has run on this day yet.";
  const told = Object.entries({ complete, partial, missed, running }).filter(([, count]) => count);
  return `${jobs} ${jobs === 1 ? "job" : "jobs"}: ${told.map(([word, count]) => `${count} ${word}`).join(", ")}${unknown && `; ${unknown}`}`;
}

function row(className, name, parts) {
  const [item, label, lane] = ["li", "span", "div"].map((tag) => document.createElement(tag));
  item.className = className;
  if (className === "axis") item.setAttribute("aria-hidden", "true");
  label.className = "name";
  lane.className = "lane";
  setText(label, name);
  lane.append(...parts);
  item.append(label, lane);
  return item;
}

function bar(job, lane, now, zone) {
  const [button, mark, name] = ["button", "b", "span"].map((tag) => document.createElement(tag));
  button.type = "button";
  button.dataset.key = key(job);
  button.setAttribute("aria-haspopup", "dialog");
  const told = Object.fromEntries(facts(job, zone));
  button.title = `${job.channel}, ${told.Job}, ${told.Began} to ${told.Ended}, ${told.Backup}, missing: ${told.Missing}`;
  button.setAttribute("aria-label", button.title);
  drawBar(button, job, lane, now);
  place(button, spanOf(job, now), lane);
  setText(mark, `${STATUSES[job.status]?.mark ?? "?"} `);
  setText(name, nameOf(job));
  mark.append(name);
  button.append(mark);
  button.addEventListener("click", () => open(job, zone));
  return button;
}

function key(job) {
  return [job.channel, job.job, job.began.earliest].join("|");
}

// At least and at most, where that is not the same to a person: polls are a second or two apart.
function missing({ least, most }) {
  const isSure = most - least <= POLLS;
  if (least < 1) return isSure ? "nothing" : `up to ${howLong(Math.ceil(most))} in doubt`;
  return isSure ? howLong(least) : `${howLong(least)} to ${howLong(Math.ceil(most))}`;
}

function facts(job, zone) {
  const clock = (time) => zone.clock(seconds(time), seconds(job.began.earliest));
  const lacks = missing(job.missing);
  const whys = job.gaps.map((gap) => `${gap.cause.replaceAll("-", " ")} at ${clock(gap.from)}`);
  return [
    ["Job", nameOf(job)],
    ["Began", zone.time(seconds(job.began.latest))],
    ["Ended", job.ended ? clock(job.ended.earliest) : "running"],
    ["Backup", job.status],
    ["Missing", lacks],
    ["Why", lacks === "nothing" ? "" : whys.join("; ") || "short times between polls"],
    ["Files", [...new Set(job.takes.flatMap((take) => take.files ?? [take.name]))].join(", ")],
  ];
}

// The jobs, and the times of which not all is known, in the order in which they began.
function lines(report, from, zone) {
  const jobs = report.jobs.map((job) => ({ began: seconds(job.began.earliest), line: () => line(job.channel, STATUSES[job.status], facts(job, zone)) }));
  const unknown = unknownLines(report, (time) => zone.clock(time, from)).map(({ began, facts }) => ({ began, line: () => line("all", undefined, facts) }));
  return [...unknown, ...jobs].sort((one, other) => one.began - other.began).map((one) => one.line());
}

function line(channel, { mark, tone } = { mark: "?", tone: "stale" }, facts) {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  setText(head, channel);
  line.append(head);
  for (const [term, fact] of facts) {
    const cell = document.createElement("td");
    if (term === "Backup") cell.dataset.tone = tone;
    setText(cell, term === "Backup" ? `${mark} ${fact}` : fact);
    line.append(cell);
  }
  return line;
}

function open(job, zone) {
  setText(at("job-title"), `${job.channel}: ${nameOf(job)}`);
  const takes = job.takes.map((take) => ["Take", `${take.name} on ${take.dvr}, number ${take.number}${take.end_cause ? `, ended by ${take.end_cause.replaceAll("-", " ")}` : ""}`]);
  const primary = ["Primary", `${job.primary}, ingest ${job.ingest}, id ${job.job}`];
  dialog.querySelector("dl").replaceChildren(
    ...[primary, ...facts(job, zone), ...takes].flatMap(([term, fact]) => {
      const [name, value] = [document.createElement("dt"), document.createElement("dd")];
      setText(name, term);
      setText(value, fact || "–");
      return [name, value];
    }),
  );
  dialog.showModal();
}

function moveFocus(event) {
  const lanes = [...document.querySelectorAll("#lanes .lane")].map((one) => [...one.querySelectorAll("button")]).filter((one) => one.length);
  const above = lanes.findIndex((one) => one.includes(document.activeElement));
  if (above < 0) return;
  const across = lanes[above].indexOf(document.activeElement);
  const near = (other) => other && other[Math.min(across, other.length - 1)];
  const there = {
    ArrowRight: lanes[above][across + 1],
    ArrowLeft: lanes[above][across - 1],
    ArrowDown: near(lanes[above + 1]),
    ArrowUp: near(lanes[above - 1]),
  }[event.key];
  if (!there) return;
  event.preventDefault();
  there.focus();
}

function failed() {
  setText(at("summary"), "Cannot read the history: no word from vrmon. Trying again.");
  setTimeout(() => show().catch(failed), PACE / 6);
}

at("lanes").addEventListener("keydown", moveFocus);
show().catch(failed);
