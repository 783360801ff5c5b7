// What is told of a job: a line of facts, and all of it in a dialog.

import { howLong, setText } from "./text.js";
import { nameOf, seconds } from "./timeline.js";

const POLLS = 2; // seconds that the polls around a beginning and an end leave in doubt

const dialog = document.getElementById("job");

export function keyOf(job) {
  return [job.channel, job.job, job.began.earliest].join("|");
}

// At least and at most, where that is not the same to a person: polls are a second or two apart.
function missing({ least, most }) {
  const isSure = most - least <= POLLS;
  if (least < 1) return isSure ? "nothing" : `up to ${howLong(Math.ceil(most))} in doubt`;
  return isSure ? howLong(least) : `${howLong(least)} to ${howLong(Math.ceil(most))}`;
}

// `clock`: a Unix time in words.
export function facts(job, clock) {
  const lacks = missing(job.missing);
  const whys = job.gaps.map((gap) => `${gap.cause.replaceAll("-", " ")} at ${clock(seconds(gap.from))}`);
  return [
    ["Job", nameOf(job)],
    ["Began", clock(seconds(job.began.latest))],
    ["Ended", job.ended ? clock(seconds(job.ended.earliest)) : "running"],
    ["Backup", job.status],
    ["Missing", lacks],
    ["Why", lacks === "nothing" ? "" : whys.join("; ") || "short times between polls"],
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
  dialog.querySelector("dl").replaceChildren(
    ...[primary, ...facts(job, clock), ...job.takes.map((take) => ["Take", takeTold(take)])].flatMap(([term, fact]) => {
      const [name, value] = [document.createElement("dt"), document.createElement("dd")];
      setText(name, term);
      setText(value, fact || "–");
      return [name, value];
    }),
  );
}

function takeTold({ name, dvr, number, end_cause }) {
  return `${name} on ${dvr}, number ${number}${end_cause ? `, ended by ${end_cause.replaceAll("-", " ")}` : ""}`;
}
