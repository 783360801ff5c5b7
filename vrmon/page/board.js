// The board: a document comes in, the page shows it; every second all ages move on.

import { showBanner } from "./banner.js";
import { openDetails, showDetails } from "./details.js";
import { arrange } from "./layout.js";
import { Live } from "./live.js";
import { showSetup } from "./setup.js";
import { showSide } from "./side.js";
import { showStrips } from "./strips.js";
import { sound } from "./sound.js";
import { Tile } from "./tile.js";
import { channelView, Moment } from "./view.js";

const LONGEST_SILENCE = 5; // seconds; documents come at least every two
const PICTURE_PAUSE = 15000;

const board = document.getElementById("board");
const tiles = new Map();
const asked = new Map();
const live = new Live(() => show());
window.vrmonBoard = live; // for a person at the console

function show() {
  const status = live.document;
  const isLive = status !== null && live.silence <= LONGEST_SILENCE;
  const moment = status && new Moment(status, live.silence);
  document.body.dataset.live = isLive ? "yes" : "no";
  sound(showBanner(moment, isLive, live.silence));
  if (!status) return;
  const views = status.channels.map((channel) => channelView(channel, moment, isLive));
  showTiles(views);
  if (isLive) status.channels.forEach((channel) => askForPicture(channel, moment));
  showSide(moment, isLive);
  showStrips(moment, isLive);
  showSetup(status, isLive);
  showDetails(status.channels, views, moment);
}

function showTiles(views) {
  if (views.length !== tiles.size) arrange(board, views.length);
  const shown = board.dataset.fit === "page" ? worstFirst(views) : views;
  const names = shown.map((view) => view.name);
  if (names.join("\n") !== [...tiles.keys()].join("\n")) remake(names);
  shown.forEach((view) => tiles.get(view.name).show(view));
}

// Where not all can be seen at once, whoever is in trouble comes first.
function worstFirst(views) {
  return [...views].sort((one, other) => one.rank - other.rank);
}

function remake(names) {
  const before = new Map(tiles);
  const focused = document.activeElement;
  tiles.clear();
  names.forEach((name) => tiles.set(name, before.get(name) ?? new Tile(openAndShow)));
  board.replaceChildren(...[...tiles.values()].map((tile) => tile.element));
  if (focused !== document.activeElement && board.contains(focused)) focused.focus({ preventScroll: true });
}

function openAndShow(name) {
  openDetails(name);
  show();
}

// vrmon fetches pictures only while somebody asks for them.
function askForPicture(channel, moment) {
  const age = moment.since(channel.thumbnail?.taken) ?? Infinity;
  const now = performance.now();
  const wanted = channel.recording !== null && age * 1000 > PICTURE_PAUSE && !document.hidden;
  if (!wanted || now - (asked.get(channel.name) ?? -Infinity) < PICTURE_PAUSE) return;
  if (!tiles.get(channel.name).showsPictures) return;
  asked.set(channel.name, now);
  fetch(`/thumbnail/${encodeURIComponent(channel.name)}`).catch(() => {});
}

function moveFocus(event) {
  const buttons = [...board.querySelectorAll("button.name")];
  const here = buttons.indexOf(document.activeElement);
  const columns = Number(board.style.getPropertyValue("--columns"));
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  const there = { Home: 0, End: buttons.length - 1 }[event.key] ?? here + (steps[event.key] ?? NaN);
  if (here < 0 || !buttons[there]) return;
  event.preventDefault();
  buttons[there].focus();
}

board.addEventListener("keydown", moveFocus);
document.addEventListener("shown", show);
new ResizeObserver(() => arrange(board, tiles.size)).observe(board.parentElement);
setInterval(() => {
  live.check();
  show();
}, 1000);
