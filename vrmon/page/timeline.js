// A job as a bar in a lane of time: the job above, its takes below; what is missing goes through both, and what
// nobody watched is hatched. Times are Unix time in seconds.

import { setText } from "./text.js";

export const STATUSES = {
  complete: { mark: "✓", tone: "ok" },
  running: { mark: "●", tone: "busy" },
  partial: { mark: "▲", tone: "warn" },
  missed: { mark: "✖", tone: "bad" },
};
const LABELLED = [6, 2, 1]; // hours: the wider ones stay where room is short
const SURE = 0.5; // of a gap's length: from there on it is a hole, below it nobody knows

export function seconds(time) {
  return Date.parse(time) / 1000;
}

// When a job may have begun at the earliest; where it ran already as vrmon looked at first: when that was.
export function beganOf(one) {
  return seconds(one.began.earliest ?? one.began.latest);
}

// From the earliest that a job may have begun to the latest that it may have ended, as far as vrmon looked.
export function spanOf(one, now) {
  return { from: beganOf(one), to: one.ended ? seconds(one.ended.latest ?? one.ended.earliest) : now };
}

export function nameOf(job) {
  return job.basename ?? `job ${job.job}`;
}

// `element` becomes the bar of `job` within `lane`, a span of time.
export function drawBar(element, job, lane, now) {
  const { mark, tone } = STATUSES[job.status] ?? { mark: "?", tone: "stale" };
  const whole = spanOf(job, now);
  const shown = { from: Math.max(whole.from, lane.from), to: Math.min(whole.to, lane.to) };
  element.classList.add("bar");
  element.dataset.tone = tone;
  element.dataset.mark = mark;
  place(element, whole, lane);
  element.replaceChildren(
    part("job", whole, shown),
    ...job.takes.map((take) => part("take", spanOf(take, now), shown)),
    ...job.gaps.flatMap((gap) => drawGap(gap, job, shown, now)),
  );
}

// What may be missing of a job that is complete is too short to be seen.
function drawGap(gap, job, shown, now) {
  const span = { from: seconds(gap.from), to: gap.to === null ? now : seconds(gap.to) };
  const isSure = gap.least >= SURE * (span.to - span.from);
  return isSure && job.status === "complete" ? [] : [part(isSure ? "hole" : "dark", span, shown)];
}

export function part(className, span, lane) {
  const element = document.createElement("i");
  element.className = className;
  place(element, span, lane);
  return element;
}

export function place(element, span, lane) {
  const length = Math.max(1, lane.to - lane.from);
  const from = Math.min(1, Math.max(0, (span.from - lane.from) / length));
  const to = Math.min(1, Math.max(from, (span.to - lane.from) / length));
  element.style.left = `${100 * from}%`;
  element.style.width = `${100 * (to - from)}%`;
}

const QUARTER = 900; // seconds: no zone is ahead of UTC by any part of it

// A mark for each full hour of a lane by the host's clock, every `step` of them. An hour that comes twice is the
// first to go where room is short.
export function hourMarks(lane, zone, step) {
  let before = "";
  return hoursOf(lane, zone, step).map((at) => {
    const [mark, label] = [part("hour", { from: at, to: lane.to }, lane), document.createElement("span")];
    const told = zone.time(at, false);
    setText(label, told);
    mark.dataset.every = told === before ? 1 : LABELLED.find((every) => zone.parts(at).getUTCHours() % every === 0);
    mark.append(label);
    before = told;
    return mark;
  });
}

function hoursOf(lane, zone, step) {
  const first = Math.ceil(lane.from / QUARTER);
  const count = Math.floor(lane.to / QUARTER) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, place) => (first + place) * QUARTER).filter((at) => {
    const local = zone.parts(at);
    return local.getUTCMinutes() === 0 && local.getUTCHours() % step === 0;
  });
}

export function grouped(items, keyOf) {
  const found = new Map();
  for (const item of items) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item]);
  return found;
}
