// Problems, devices, what happened lately.

import { ago, clock, howLong, setShape, setText } from "./text.js";

const SEVERITIES = {
  info: { tone: "idle", shape: "ring" },
  degraded: { tone: "warn", shape: "triangle" },
  critical: { tone: "bad", shape: "cross" },
};
const RECENT = 30;

export function showSide(moment, live) {
  const { document: status } = moment;
  fill("problems", "problem", problems(moment), "No problems.");
  fill("devices", "device", devices(moment, live), "No device is configured.");
  fill("recent", "event", recent(status), "Nothing yet.");
  const file = status.configuration.file;
  setText(
    document.getElementById("about"),
    `vrmon ${status.version} · up ${howLong(status.uptime + moment.elapsed)} · ${file}`,
  );
}

function problems(moment) {
  return moment.document.problems.map((problem) => ({
    ...SEVERITIES[problem.severity],
    subject: problem.subject,
    since: howLong(moment.since(problem.since)) + acknowledged(problem.acknowledged),
    message: problem.message,
    hint: problem.hint,
  }));
}

function acknowledged(known) {
  if (!known) return "";
  const note = known.note ? `: ${known.note}` : "";
  return ` · acknowledged by ${known.by} until ${clock(new Date(known.until))}${note}`;
}

function devices(moment, live) {
  const { primaries, dvrs } = moment.document;
  const one = (kind) => ([name, device]) => {
    const fresh = live && !moment.isStale(device);
    const ok = device.state === "ok" && fresh;
    const word = ok ? "Answers" : device.state === "unreachable" ? "Does not answer" : "Unknown";
    return {
      tone: ok ? "ok" : device.state === "unreachable" && live ? "bad" : "stale",
      shape: ok ? "check" : device.state === "unreachable" && live ? "cross" : "question",
      subject: name,
      since: `${kind} · ${device.age === null ? "never seen" : ago(moment.age(device))}`,
      message: device.error ? `${word}: ${device.error}` : `${word} · ${device.url}`,
    };
  };
  return [...Object.entries(primaries).map(one("primary")), ...Object.entries(dvrs).map(one("backup"))];
}

function recent(status) {
  return status.recent
    .slice(-RECENT)
    .reverse()
    .map((event) => ({
      ...SEVERITIES[event.severity],
      time: clock(new Date(event.time)),
      subject: event.subject,
      message: event.message,
    }));
}

// Makes a list's items say what `items` says, with as few changes as that takes.
function fill(listId, templateId, items, nothing) {
  const list = document.getElementById(listId);
  list.dataset.nothing = items.length ? "" : nothing;
  const template = document.getElementById(templateId).content.firstElementChild;
  while (list.children.length > items.length) list.lastElementChild.remove();
  while (list.children.length < items.length) list.append(template.cloneNode(true));
  items.forEach((item, index) => {
    const element = list.children[index];
    element.dataset.tone = item.tone;
    setShape(element, item.shape);
    for (const key of ["subject", "since", "message", "hint"]) {
      const part = element.querySelector(`.${key}`);
      if (part) setText(part, item[key]);
    }
    const time = element.querySelector("time");
    if (time) setText(time, item.time);
  });
}
