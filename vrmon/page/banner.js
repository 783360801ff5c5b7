// The one big word, and what a screen reader says: only when that word or the worst problem changes.

import { howLong, setShape, setText } from "./text.js";

const LOOKS = {
  ok: { tone: "ok", shape: "check", icon: "ok" },
  ready: { tone: "idle", shape: "ring", icon: "idle" },
  degraded: { tone: "warn", shape: "triangle", icon: "warn" },
  critical: { tone: "bad", shape: "cross", icon: "bad" },
  silent: { tone: "lost", shape: "cross", icon: "lost" },
  waiting: { tone: "stale", shape: "question", icon: "idle" },
};
const PATIENCE = 5; // seconds in which a page that has just been opened may wait
const APART = 2; // seconds by which two clocks may differ

const banner = document.querySelector(".banner");
const part = (id) => document.getElementById(id);

export function showBanner(moment, live, silence) {
  const status = moment?.document;
  const state = verdict(status, live, silence);
  const { tone, shape, icon } = LOOKS[state];
  const word = wordOf(status, live, silence);
  document.body.dataset.tone = tone;
  setShape(banner, shape);
  setText(part("word"), word);
  const [summary, worst] = sentences(moment, live, silence);
  setText(part("summary"), summary);
  setText(part("worst"), worst);
  showClock(moment, live, silence);
  showPair(status?.pair, live);
  document.title = `${word} · vrmon`;
  const address = `/page/icon-${icon}.svg`;
  if (part("icon").getAttribute("href") !== address) part("icon").setAttribute("href", address);
  setText(part("spoken"), `${live ? word : state === "silent" ? "No word from vrmon" : word}. ${live ? spokenProblem(status) : ""}`);
  return state;
}

// Not the message itself, whose seconds count up: that would be read out again and again.
function spokenProblem(status) {
  const worst = worstOf(status);
  return worst ? `${worst.subject}: ${worst.code.replaceAll("-", " ")}.` : "";
}

function worstOf(status) {
  return status.causes.find((cause) => cause.severity !== "info");
}

function verdict(status, live, silence) {
  if (!live) return status || silence > PATIENCE ? "silent" : "waiting";
  if (!status.channels.length) return "degraded";
  if (status.health !== "ok") return status.health;
  return status.channels.some((channel) => channel.job?.present) ? "ok" : "ready";
}

function wordOf(status, live, silence) {
  if (live) return status.word;
  if (status) return `Was ${status.word.toLowerCase()} ${howLong(silence)} ago`;
  return silence > PATIENCE ? "No word from vrmon" : "Connecting";
}

function sentences(moment, live, silence) {
  const goOn = "Takes that run go on; nobody starts or stops any. On the server: systemctl status vrmon.";
  if (!moment) return silence > PATIENCE ? [`No word from vrmon for ${howLong(silence)}. Trying again.`, goOn] : ["Waiting for vrmon.", ""];
  const status = moment.document;
  if (!live) return [`No word from vrmon for ${howLong(silence)}. What you see is how it was then. Trying again.`, goOn];
  const worst = worstOf(status);
  if (!worst) return [status.summary, ""];
  // The summary's first clause counts the jobs; what follows it is the worst cause again.
  const told = worst.message.startsWith(`${worst.subject} `) ? worst.message : `${worst.subject}: ${worst.message}`;
  const more = status.causes.filter((cause) => cause.severity !== "info").length - 1;
  return [status.summary.split("; ")[0], more > 0 ? `${told} (+ ${more} more)` : told];
}

// Of two hosts: which leads.
function showPair(pair, live) {
  part("pair").hidden = !pair || !live;
  if (!pair) return;
  const says = { leader: "leads", standby: "standby", suspended: "leads without etcd" };
  const mine = `${pair.node} ${says[pair.role] ?? pair.role}`;
  const other = pair.peer.error || !pair.peer.role ? "does not answer" : says[pair.peer.role] ?? pair.peer.role;
  const theirs = `${pair.peer.node ?? "the other host"} ${other}`;
  setText(part("pair"), pair.role === "standby" ? `${theirs} · ${mine}` : `${mine} · ${theirs}`);
}

// The server's clock, and by how much this screen's differs from it.
function showClock(moment, live, silence) {
  part("live").dataset.live = live ? "yes" : "no";
  if (!moment) {
    setText(part("live"), "Not live");
    return;
  }
  const { zone, now } = moment;
  setText(part("time"), zone.time(now));
  const date = `${zone.weekday(now)} ${zone.day(now)} ${zone.name}`;
  setText(part("live"), live ? `Live · ${date}` : `Not live · ${howLong(silence)}`);
  part("time").title = `The clock of the vrmon host, ${zone.difference}`;
  const apart = Date.now() / 1000 - now;
  part("apart").hidden = !live || Math.abs(apart) < APART;
  setText(part("apart"), `This screen's clock is ${howLong(Math.abs(apart))} ${apart < 0 ? "behind" : "ahead"}`);
}
