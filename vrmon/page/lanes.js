// The lanes of a day: a row for each channel, a bar for each job. The keyboard has one stop for all of them, and
// moves among them with the arrows.

import { facts, keyOf } from "./job.js";
import { setText } from "./text.js";
import { drawBar, grouped, hourMarks, nameOf, part, STATUSES } from "./timeline.js";
import { unknownTold } from "./unknown.js";

const lanes = document.getElementById("lanes");
let stop = ""; // the key of the bar that had the focus last

export function showLanes(day, unknown) {
  const jobs = grouped([...day.jobs.values()], (job) => job.channel);
  const others = [...jobs.keys()].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
  const names = [...new Set([...day.channels, ...others])];
  const marks = day.isOver || day.isToCome ? [] : [{ from: day.now, to: day.now }];
  lanes.replaceChildren(
    row("axis", day.zone.namesIn(day.lane), hourMarks(day.lane, day.zone, 2)),
    ...names.map((name) =>
      row("", name, [
        ...unknown.map((one) => dark(one, day)),
        ...(jobs.get(name) ?? []).map((job) => bar(job, day)),
        ...marks.map((one) => part("now", one, day.lane)),
      ]),
    ),
  );
  const bars = [...lanes.querySelectorAll("button")];
  const first = bars.find(({ dataset }) => dataset.key === stop) ?? bars[0];
  if (first) first.tabIndex = 0;
}

function dark(unknown, { lane, clock }) {
  const element = part("dark", unknown, lane);
  element.title = `${unknownTold([unknown])}, from ${clock(unknown.from)} to ${clock(unknown.to)}`;
  return element;
}

function row(className, name, parts) {
  const [item, label, lane] = ["li", "span", "div"].map((tag) => document.createElement(tag));
  item.className = className;
  if (className === "axis") item.setAttribute("aria-hidden", "true");
  label.className = "name";
  label.title = name;
  lane.className = "lane";
  setText(label, name);
  lane.append(...parts);
  item.append(label, lane);
  return item;
}

function bar(job, { lane, seen, clock }) {
  const [button, mark, name] = ["button", "b", "span"].map((tag) => document.createElement(tag));
  button.type = "button";
  button.tabIndex = -1;
  button.dataset.key = keyOf(job);
  button.dataset.of = "lanes";
  button.setAttribute("aria-haspopup", "dialog");
  const told = Object.fromEntries(facts(job, clock));
  button.title = `${job.channel}, ${told.Job}, ${told.Began} to ${told.Ended}, ${told.Backup}, missing: ${told.Missing}`;
  button.setAttribute("aria-label", button.title);
  drawBar(button, job, lane, seen.to);
  setText(mark, STATUSES[job.status]?.mark ?? "?");
  name.dir = "auto"; // what is too long is cut at its end, on whichever side that is
  setText(name, nameOf(job));
  mark.append(name);
  button.append(mark);
  return button;
}

function moveFocus(event) {
  const rows = [...lanes.querySelectorAll(".lane")].map((one) => [...one.querySelectorAll("button")]).filter((one) => one.length);
  const above = rows.findIndex((one) => one.includes(event.target));
  if (above < 0) return;
  const across = rows[above].indexOf(event.target);
  const there = {
    ArrowRight: () => rows[above][across + 1],
    ArrowLeft: () => rows[above][across - 1],
    ArrowDown: () => nearest(rows[above + 1], event.target),
    ArrowUp: () => nearest(rows[above - 1], event.target),
    Home: () => rows[above][0],
    End: () => rows[above].at(-1),
  }[event.key]?.();
  if (!there) return;
  event.preventDefault();
  there.focus();
}

// The bar that lies closest in time.
function nearest(bars = [], from) {
  const middle = (one) => one.offsetLeft + one.offsetWidth / 2;
  const away = (one) => Math.abs(middle(one) - middle(from));
  return bars.reduce((best, one) => (best && away(best) <= away(one) ? best : one), undefined);
}

function keepStop({ target }) {
  stop = target.dataset.key;
  lanes.querySelectorAll("[tabindex='0']").forEach((one) => (one.tabIndex = -1));
  target.tabIndex = 0;
}

lanes.addEventListener("keydown", moveFocus);
lanes.addEventListener("focusin", keepStop);
