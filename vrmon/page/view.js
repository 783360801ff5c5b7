// What a channel looks like, worked out from the status document alone. Nothing here touches the page.

import { ago, howLong, running } from "./text.js";

const OLDEST_PICTURE = 60;

const LOOKS = {
  idle: { tone: "idle", shape: "ring", word: "Idle" },
  starting: { tone: "busy", shape: "play", word: "Starting" },
  recording: { tone: "ok", shape: "check", word: "Recording" },
  stopping: { tone: "busy", shape: "stop", word: "Stopping" },
  keeping: { tone: "warn", shape: "shield", word: "Keeping" },
  blocked: { tone: "bad", shape: "cross", word: "Blocked" },
  foreign: { tone: "held", shape: "person", word: "By hand" },
  unverified: { tone: "stale", shape: "question", word: "Unverified" },
  doubtful: { tone: "warn", shape: "triangle", word: "Doubtful" },
};
const HELD = { tone: "held", shape: "pause", word: "On hold" };
const UNKNOWN = { tone: "stale", shape: "question", word: "Unknown" };

// The moment that a document describes, carried forward by the seconds since it came.
export class Moment {
  constructor(document, elapsed) {
    this.document = document;
    this.elapsed = elapsed;
    this.now = Date.parse(document.now) / 1000 + elapsed;
  }

  // The moment itself, for what may not be carried on when no news comes.
  get asItWas() {
    return new Moment(this.document, 0);
  }

  since(time) {
    return time ? Math.max(0, this.now - Date.parse(time) / 1000) : null;
  }

  // Seconds since a device last answered; Infinity when it never did.
  age(device) {
    return device && device.age !== null ? device.age + this.elapsed : Infinity;
  }

  isStale(device) {
    return !device || this.age(device) > Math.max(5, 3 * device.poll_interval);
  }
}

export function channelView(channel, moment, live) {
  const dvr = moment.document.dvrs[channel.dvr];
  const title = channel.job?.basename ?? channel.take?.name ?? "";
  return {
    name: channel.name,
    title: title || (channel.job ? "No name yet" : ""),
    primary: primaryRow(channel, moment),
    backup: backupRow(channel, moment, title, dvr),
    picture: picture(channel, moment, live),
    ...(live ? state(channel, moment, dvr) : past(state(channel, moment.asItWas, dvr))),
  };
}

function state(channel, moment, dvr) {
  return { ...trouble(channel, moment), ...look(channel, moment, dvr) };
}

function past(was) {
  const word = was.word === "No backup" ? "Had no backup" : `Was ${was.word.toLowerCase()}`;
  return { ...was, ...UNKNOWN, word };
}

function look(channel, moment, dvr) {
  const base = LOOKS[channel.phase] ?? UNKNOWN;
  const wanted = Boolean(channel.job?.present);
  if (channel.problem?.severity === "critical") {
    return { tone: "bad", shape: "cross", word: badWord(channel, moment, dvr) };
  }
  if (moment.isStale(dvr)) return { ...UNKNOWN, word: channel.take ? "Unverified" : "Unknown" };
  if (channel.problem?.severity === "degraded") {
    return { tone: "warn", shape: base.tone === "warn" ? base.shape : "triangle", word: warnWord(channel, base) };
  }
  return channel.mode === "hold" ? HELD : base;
}

function warnWord(channel, base) {
  if (channel.mode === "hold") return HELD.word;
  if (channel.phase === "foreign") return "Not ours";
  return channel.phase === "idle" ? "Not ready" : base.word;
}

function badWord(channel, moment, dvr) {
  if (channel.mode === "hold") return HELD.word;
  if (channel.phase === "foreign") return "Not ours";
  if (channel.phase === "unverified" || (channel.take && moment.isStale(dvr))) return "Unverified";
  return channel.job ? "No backup" : "Blocked";
}

function trouble(channel, moment) {
  if (channel.mode === "hold" && channel.hold) return onHold(channel, moment);
  if (channel.problem) return { why: channel.problem.message, hint: channel.problem.hint };
  return { why: "", hint: "" };
}

function onHold(channel, moment) {
  const { until, reason, by } = channel.hold;
  const left = until ? Date.parse(until) / 1000 - moment.now : null;
  const end = left === null ? "until somebody says auto" : `for ${howLong(left)} more`;
  const job = channel.job?.present ? "A job is active and vrmon keeps its hands off. " : "";
  return { why: `${job}In the hands of ${by || "a person"} ${end}.`, hint: reason };
}

function primaryRow(channel, moment) {
  const device = moment.document.primaries[channel.primary];
  const stale = moment.isStale(device);
  const age = moment.age(device);
  const { job } = channel;
  if (stale && age === Infinity) return { what: "Never seen", time: "", stale };
  if (!job) return { what: stale ? `Unknown for ${howLong(age)}` : "No job", time: "", stale };
  if (!job.present) return { what: "Job gone", time: "", stale: true };
  if (stale) return { what: `Job seen ${ago(age)}`, time: "", stale };
  return { what: "Job active", time: running(moment.since(job.since)), stale };
}

// The backup's name is told only where it is not the one that the tile bears already.
function backupRow(channel, moment, title, dvr) {
  const { take, recording, verified } = channel;
  const stale = moment.isStale(dvr);
  const name = recording ?? take?.name ?? null;
  if (recording === null && verified === null) {
    return { what: stale ? "Unknown" : "Not recording", time: "", stale };
  }
  const seen = verified === null ? "" : `Seen ${ago(verified + moment.elapsed)}`;
  const other = name !== null && name !== title ? name : "";
  const began = verified === null || stale ? null : (take?.started ?? take?.confirmed);
  return {
    what: [seen, other].filter(Boolean).join(" · "),
    time: began ? running(moment.since(began)) : "",
    stale,
  };
}

function picture(channel, moment, live) {
  const age = moment.since(channel.thumbnail?.taken);
  if (!live || age === null || age > OLDEST_PICTURE) return null;
  return { url: channel.thumbnail.url, taken: channel.thumbnail.taken, caption: ago(age) };
}
