// Problems by their causes, devices, what happened lately.

import { ago, howLong, listed, setShape, setText } from "./text.js";

const SEVERITIES = {
  info: { tone: "idle", shape: "ring" },
  degraded: { tone: "warn", shape: "triangle" },
  critical: { tone: "bad", shape: "cross" },
};
const RECENT = 30;
const CAUSES = 8; // shown before somebody asks for all
const NAMES = 6; // channels of one cause

const more = document.getElementById("problems-more");
const troubles = document.getElementById("troubles");
const narrow = matchMedia("(max-width: 59.99rem)");
let showsAll = false;

export function showSide(moment, live) {
  const { document: status } = moment;
  const every = causes(moment);
  fill("problems", "problem", showsAll ? every : every.slice(0, CAUSES), "No problems.");
  more.hidden = every.length <= CAUSES;
  setText(more, showsAll ? "Show the worst only" : `+ ${every.length - CAUSES} more`);
  more.setAttribute("aria-expanded", String(showsAll));
  troubles.dataset.empty = every.length ? "no" : "yes";
  fill("devices", "device", devices(moment, live), "No device is configured.");
  fill("recent", "event", recent(moment), "Nothing yet.");
  const file = status.configuration.file;
  setText(
    document.getElementById("about"),
    `vrmon ${status.version} · up ${howLong(status.uptime + moment.elapsed)} · ${file}`,
  );
}

function causes(moment) {
  return moment.document.causes.map((cause) => ({
    ...SEVERITIES[cause.severity],
    subject: cause.subject,
    since: `for ${howLong(moment.since(cause.since))}${acknowledged(cause.acknowledged, moment)}`,
    message: cause.message,
    hint: cause.hint,
    whom: cause.channels.length > 1 ? listed(cause.channels, NAMES) : "",
  }));
}

function acknowledged(known, moment) {
  if (!known) return "";
  const note = known.note ? `: ${known.note}` : "";
  return ` · acknowledged by ${known.by} until ${moment.clock(known.until, false)}${note}`;
}

function devices(moment, live) {
  const { primaries, dvrs } = moment.document;
  const one = (kind) => ([name, device]) => {
    const ok = device.state === "ok" && live;
    const word = ok ? "OK" : device.state === "unreachable" ? "Unreachable" : "Unknown"; // as the command says it
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

function recent(moment) {
  return moment.document.recent
    .slice(-RECENT)
    .reverse()
    .map((event) => ({
      ...SEVERITIES[event.severity],
      time: moment.clock(event.time),
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
    for (const key of ["subject", "since", "message", "hint", "whom"]) {
      const part = element.querySelector(`.${key}`);
      if (part) setText(part, item[key] ?? "");
    }
    const time = element.querySelector("time");
    if (time) setText(time, item.time);
  });
}

// One under the other, troubles come before the channels: for the eye, the keyboard and the ear.
function place() {
  const aside = document.getElementById("side");
  if (narrow.matches) document.querySelector("main").before(troubles);
  else aside.prepend(troubles);
}

more.addEventListener("click", () => {
  showsAll = !showsAll;
  more.dispatchEvent(new Event("shown", { bubbles: true }));
});
narrow.addEventListener("change", place);
place();
