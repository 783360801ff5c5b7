// What a channel looks like, worked out from the status document alone. Nothing here touches the page.
// Its word, and how bad it is, are the document's.

import { ago, howLong, running, Zone } from "./text.js";

const OLDEST_PICTURE = 60;
const RANKS = { critical: 0, degraded: 1, info: 2 };

const CALM = {
  idle: { tone: "idle", shape: "ring" },
  starting: { tone: "busy", shape: "play" },
  recording: { tone: "ok", shape: "check" },
  stopping: { tone: "busy", shape: "stop" },
  foreign: { tone: "held", shape: "person" },
};
const HELD = { tone: "held", shape: "pause" };
const UNKNOWN = { tone: "stale", shape: "question" };

// The moment that a document describes, carried forward by the seconds since it came.
export class Moment {
  constructor(document, elapsed) {
    this.document = document;
    this.elapsed = elapsed;
    this.now = Date.parse(document.now) / 1000 + elapsed;
    this.zone = new Zone(document.zone);
  }

  since(time) {
    return time ? Math.max(0, this.now - Date.parse(time) / 1000) : null;
  }

  // Seconds since a device last answered; Infinity when it never did.
  age(device) {
    return device && device.age !== null ? device.age + this.elapsed : Infinity;
  }

  clock(time, seconds = true) {
    return this.zone.clock(Date.parse(time) / 1000, this.now, seconds);
  }
}

export function rank(severity) {
  return RANKS[severity] ?? 1;
}

export function channelView(channel, moment, live) {
  const title = channel.job?.basename ?? channel.take?.name ?? "";
  return {
    name: channel.name,
    rank: rank(channel.severity),
    title: title || (channel.job ? "No name yet" : ""),
    primary: primaryRow(channel, moment, live),
    backup: backupRow(channel, moment, title, live),
    picture: picture(channel, moment, live),
    ...trouble(channel, moment),
    ...(live ? { ...look(channel), word: channel.word } : { ...UNKNOWN, word: past(channel.word) }),
  };
}

function past(word) {
  return word === "No backup" ? "Had no backup" : `Was ${word.toLowerCase()}`;
}

function look({ severity, phase, mode }) {
  if (severity === "critical") return { tone: "bad", shape: "cross" };
  if (severity === "degraded") return { tone: "warn", shape: phase === "keeping" ? "shield" : "triangle" };
  return mode === "hold" ? HELD : (CALM[phase] ?? UNKNOWN);
}

// `caused`: it is a device's problem, or follows from one, which is told where problems are.
function trouble(channel, moment) {
  const { problem, hold, name } = channel;
  if (hold) return { ...onHold(channel, moment), caused: false };
  if (!problem) return { why: "", hint: "", caused: false };
  return { why: problem.message, hint: problem.hint, caused: problem.cause !== null || problem.subject !== name };
}

export function onHold({ hold, severity, name }, moment) {
  const left = hold.until ? Date.parse(hold.until) / 1000 - moment.now : null;
  const end = left === null ? "until vrmon auto" : `until ${moment.clock(hold.until, false)}, ${running(left)} left`;
  const why = `On hold by ${hold.by || "somebody"} ${end}${hold.reason ? `: ${hold.reason}` : ""}`;
  return {
    why: severity === "critical" ? `The job is not recorded. ${why}` : why,
    hint: `To give it back: vrmon auto "${name}"`,
  };
}

function primaryRow(channel, moment, live) {
  const device = moment.document.primaries[channel.primary];
  const stale = !live || !device || device.state !== "ok";
  const age = moment.age(device);
  const { job } = channel;
  if (stale && age === Infinity) return { what: "Never seen", time: "", stale };
  if (!job) return { what: stale ? `Unknown for ${howLong(age)}` : "No job", time: "", stale };
  if (!job.present) return { what: "Job gone", time: "", stale: true };
  if (stale) return { what: `Seen ${ago(age)}`, time: "", stale };
  return { what: "Active", time: running(moment.since(job.since)), stale };
}

// The backup's name is told only where it is not the one that the tile bears already.
function backupRow(channel, moment, title, live) {
  const { take, recording, verified } = channel;
  const device = moment.document.dvrs[channel.dvr];
  const stale = !live || !device || device.state !== "ok";
  const name = recording ?? take?.name ?? null;
  const told = covered(channel.coverage);
  const lacks = told.endsWith("missing");
  const time = told && !live ? `${told} then` : told;
  if (recording === null && verified === null) {
    const idle = time || drilled(channel.drill, moment);
    return { what: stale ? "Unknown" : "Not recording", time: idle, stale, lacks };
  }
  const seen = verified === null ? "" : `Seen ${ago(verified + moment.elapsed)}`;
  const other = name !== null && name !== title ? name : "";
  return { what: [seen, other].filter(Boolean).join(" · "), time, stale, lacks };
}

// What of the job is missing on the backup: "" before there is any, "complete", "40 s missing", "≤ 12 s missing" where nobody knows.
export function covered(coverage) {
  if (!coverage) return "";
  const { least, most } = coverage.missing;
  if (coverage.whole) return coverage.files.length ? "complete" : "";
  if (coverage.was_running && coverage.whole === null && least < 1) return "begun before vrmon looked";
  return coverage.whole === false ? `${howLong(least)} missing` : `≤ ${howLong(Math.ceil(most))} missing`;
}

const DRILLED = { ok: "✓", failed: "✗" };

// When the channel was drilled last, and what came of it: "drilled 04:00 ✓".
function drilled(drill, moment) {
  const sign = DRILLED[drill?.result];
  return sign ? `drilled ${moment.clock(drill.when, false)} ${sign}` : "";
}

function picture(channel, moment, live) {
  const age = moment.since(channel.thumbnail?.taken);
  if (!live || age === null || age > OLDEST_PICTURE) return null;
  return { url: channel.thumbnail.url, taken: channel.thumbnail.taken, caption: ago(age) };
}
