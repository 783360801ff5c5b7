// What is told of a job: a line of facts, and all of it in a dialog.

import { howLong, listed, setText } from "./text.js";
import { grouped, nameOf, seconds } from "./timeline.js";

const NAMED = 3; // times of one cause
const POLLS = 2; // seconds that the polls around a beginning and an end leave in doubt

const dialog = document.getElementById("job");

export function keyOf(job) {
  return [job.channel, job.job, job.began.earliest ?? job.began.latest].join("|");
}

// At least and at most, where that is not the same to a person: polls are a second or two apart.
function missing({ least, most }) {
  const isSure = most - least <= POLLS;
  const [from, to] = [howLong(least), howLong(Math.ceil(most))];
  if (least < 1) return isSure ? "nothing" : `up to ${to} in doubt`;
  return isSure || from === to ? from : `${from} to ${to}`;
}

// Each cause once: "the take died at 02:10:05, 02:14:30, 02:20:00 + 5 more".
function whys({ gaps, began }, clock) {
  return [...grouped(gaps, (gap) => gap.cause).values()].map((those) => {
    const times = those.map(({ from }) => seconds(from));
    const told = times.map((time, place) => clock(time, times[place - 1] ?? seconds(began.latest)));
    return `${those[0].reason} at ${listed(told, NAMED)}`;
  });
}

// `clock`: a Unix time in words, with its date where that is not the day's, or not that of a second time.
export function facts(job, clock) {
  const lacks = missing(job.missing);
  const wasRunning = job.began.earliest === null;
  const ranOn = job.ended?.latest === null;
  const isSeen = !wasRunning && !ranOn; // from its beginning to its end
  const causes = [
    ...(wasRunning ? ["it ran before vrmon looked"] : []),
    ...whys(job, clock),
    ...(ranOn ? ["it ran on when its channel was taken out of vrmon.toml"] : []),
  ];
  return [
    ["Job", nameOf(job)],
    ["Began", `${wasRunning ? "before " : ""}${clock(seconds(job.began.latest))}`],
    ["Ended", job.ended ? `${ranOn ? "after " : ""}${clock(seconds(job.ended.earliest))}` : "running"],
    ["Backup", job.status],
    ["Missing", lacks],
    ["Why", isSeen && lacks === "nothing" ? "" : causes.join("; ") || "short times, none of them worth a line"],
    ["Files", [...new Set(job.takes.flatMap((take) => take.files ?? [take.name]))].join(", ")],
  ];
}

export function openJob(job, clock) {
  dialog.dataset.job = keyOf(job);
  tellJob(job, clock);
  dialog.showModal();
}

// Where its dialog is open, what is known of it now.
export function showJob(jobs, clock) {
  const job = dialog.open && jobs.get(dialog.dataset.job);
  if (job) tellJob(job, clock);
}

function tellJob(job, clock) {
  setText(document.getElementById("job-title"), `${job.channel}: ${nameOf(job)}`);
  const primary = ["Primary", `${job.primary}, ingest ${job.ingest}, id ${job.job}`];
  const gaps = job.gaps.map((gap) => ["Gap", gapTold(gap, job, clock)]);
  const takes = job.takes.map((take) => ["Take", takeTold(take)]);
  dialog.querySelector("dl").replaceChildren(
    ...[primary, ...facts(job, clock), ...gaps, ...takes].flatMap(([term, fact]) => {
      const [name, value] = [document.createElement("dt"), document.createElement("dd")];
      setText(name, term);
      setText(value, fact || "–");
      return [name, value];
    }),
  );
}

function gapTold({ from, to, least, most, reason }, { began }, clock) {
  const last = to === null ? "now" : clock(seconds(to), seconds(from));
  return `${clock(seconds(from), seconds(began.latest))} to ${last}: ${reason}, missing: ${missing({ least, most })}`;
}

function takeTold({ name, dvr, number, ended, end_reason }) {
  const end = ended?.latest === null ? "ran on" : "ended";
  return `${name} on ${dvr}, number ${number}${end_reason ? `, ${end}: ${end_reason}` : ""}`;
}
