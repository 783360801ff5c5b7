// The times of a report of which nothing is known, or not all: why, in words. In Unix time, seconds.

import { howLong } from "./text.js";
import { seconds } from "./timeline.js";

const LOST = "lost";
const WAITING = "waiting"; // for the disk: a report tells of it from memory
const SILENT = "primary-silent";
const WORDS = {
  "vrmon-away": { told: "vrmon was away", backup: "not watched" },
  "no-history": { told: "no history was kept", backup: "not known" },
  [LOST]: { told: "a part of the history was lost", backup: "not all known" },
  [SILENT]: { told: "the primary did not answer as it should", backup: "not all known" },
};

const WHY = {
  [LOST]: "the disk did not keep all: jobs and gaps may be missing here",
  [SILENT]: "of jobs that ran only then nobody knows",
};

// Those within `lane`, each cut to it.
export function unknownIn(report, lane) {
  return cut(every(report), lane);
}

// The same of those in which a primary told nothing.
export function silentIn(report, lane) {
  return cut(silent(report), lane);
}

function cut(those, lane) {
  return those
    .map((one) => ({ ...one, from: Math.max(one.from, lane.from), to: Math.min(one.to ?? lane.to, lane.to) }))
    .filter(({ from, to }) => from < to);
}

// "vrmon was away 3 times, for 12 min in all; no history was kept for 3 h"; "" where all is known.
export function unknownTold(unknown) {
  return Object.entries(WORDS)
    .map(([why, { told }]) => [told, unknown.filter((one) => one.why === why)])
    .filter(([, those]) => those.length)
    .map(([told, those]) => (those[0].why === LOST ? told : `${told} ${lengthOf(those)}`))
    .join("; ");
}

function lengthOf(those) {
  const length = howLong(Math.max(1, secondsOf(those)));
  return those.length === 1 ? `for ${length}` : `${those.length} times, for ${length} in all`;
}

// In which nothing is known at all.
export function blindSeconds(unknown) {
  return secondsOf(unknown.filter((one) => one.why !== LOST && one.why !== SILENT));
}

function secondsOf(those) {
  return those.reduce((sum, { from, to }) => sum + to - from, 0);
}

// What the table tells of each; `clock`: a time in words.
export function unknownLines(report, clock) {
  return [...every(report), ...silent(report)].map(({ from, to, why, rows, primary }) => ({
    began: from,
    facts: [
      ["Job", primary ? `${primary} did not answer as it should` : rows ? `${rows} ${rows === 1 ? "entry" : "entries"} of the history ${rows === 1 ? "was" : "were"} lost` : WORDS[why].told],
      ["Began", clock(from)],
      ["Ended", to === null ? "not yet" : clock(to)],
      ["Backup", WORDS[why].backup],
      ["Missing", ""],
      ["Why", WHY[why] ?? ""],
      ["Files", ""],
    ],
  }));
}

function every({ absences, losses }) {
  return [...absences, ...losses.filter(({ why }) => why !== WAITING)].map(({ from, to, why, rows }) => ({
    from: seconds(from),
    to: to === null ? null : seconds(to),
    why: why in WORDS ? why : "vrmon-away",
    rows,
  }));
}

function silent({ silences = [] }) {
  return silences.map(({ from, to, primary }) => ({ from: seconds(from), to: seconds(to), why: SILENT, primary }));
}
