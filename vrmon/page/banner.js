// The one big word, and what a screen reader says: only when that word or the worst problem changes.

import { clock, howLong, setShape, setText } from "./text.js";

const WORDS = {
  ok: { word: "Safe", tone: "ok", shape: "check" },
  ready: { word: "Ready", tone: "idle", shape: "ring" },
  degraded: { word: "At risk", tone: "warn", shape: "triangle" },
  critical: { word: "Not safe", tone: "bad", shape: "cross" },
  empty: { word: "Not set up", tone: "warn", shape: "triangle" },
  silent: { word: "Unknown", tone: "stale", shape: "question" },
  waiting: { word: "Connecting", tone: "stale", shape: "question" },
};

const banner = document.querySelector(".banner");
const part = (id) => document.getElementById(id);

export function showBanner(status, live, silence) {
  const { word, tone, shape } = WORDS[verdict(status, live)];
  document.body.dataset.tone = tone;
  setShape(banner, shape);
  setText(part("word"), word);
  const [summary, worst] = sentences(status, live, silence);
  setText(part("summary"), summary);
  setText(part("worst"), worst);
  setText(part("time"), clock(new Date()));
  setText(part("live"), live ? "Live" : status ? `Not live · ${howLong(silence)}` : "Not live");
  part("live").dataset.live = live ? "yes" : "no";
  document.title = `${word} · vrmon`;
  setText(part("spoken"), `${word}. ${live ? spokenProblem(status) : ""}`);
}

// Not the message itself, whose seconds count up: that would be read out again and again.
function spokenProblem(status) {
  const worst = worstOf(status);
  return worst ? `${worst.subject}: ${worst.code.replaceAll("-", " ")}.` : "";
}

function worstOf(status) {
  return status.problems.find((problem) => problem.severity !== "info");
}

function verdict(status, live) {
  if (!status) return "waiting";
  if (!live) return "silent";
  if (!status.channels.length) return "empty";
  if (status.health !== "ok") return status.health === "critical" ? "critical" : "degraded";
  return status.channels.some((channel) => channel.job?.present) ? "ok" : "ready";
}

function sentences(status, live, silence) {
  if (!status) return ["Waiting for vrmon.", ""];
  if (!live) {
    return [`No word from vrmon for ${howLong(silence)}.`, "What you see is how it was then. Trying again."];
  }
  const worst = worstOf(status);
  if (!worst) return [status.summary, ""];
  // The summary's first clause counts the jobs; what follows it is the worst problem again.
  return [status.summary.split("; ")[0], `${worst.subject}: ${worst.message}`];
}
