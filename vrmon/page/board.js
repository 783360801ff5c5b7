// The board: a document comes in, the page shows it; every second all ages move on.

import { showBanner } from "./banner.js";
import { openDetails, showDetails } from "./details.js";
import { arrange } from "./layout.js";
import { Live } from "./live.js";
import { showSide } from "./side.js";
import { Tile } from "./tile.js";
import { channelView, Moment } from "./view.js";

const LONGEST_SILENCE = 5; // seconds; documents come at least every two
const PICTURE_PAUSE = 15000;

const board = document.getElementById("board");
const tiles = new Map();
const asked = new Map();
const live = new Live(() => show());

function show() {
  const status = live.document;
  const isLive = status !== null && live.silence <= LONGEST_SILENCE;
  document.body.dataset.live = isLive ? "yes" : "no";
  showBanner(status, isLive, live.silence);
  if (!status) return;
  const moment = new Moment(status, live.silence);
  const views = status.channels.map((channel) => channelView(channel, moment, isLive));
  showTiles(views);
  if (isLive) status.channels.forEach((channel) => askForPicture(channel, moment));
  showSide(moment, isLive);
  showDetails(status.channels, views, moment);
}

function showTiles(views) {
  const names = views.map((view) => view.name);
  if (names.join("\n") !== [...tiles.keys()].join("\n")) remake(names);
  views.forEach((view) => tiles.get(view.name).show(view));
  document.getElementById("nothing").hidden = names.length > 0;
}

function remake(names) {
  const before = new Map(tiles);
  tiles.clear();
  names.forEach((name) => tiles.set(name, before.get(name) ?? new Tile(openAndShow)));
  board.replaceChildren(...[...tiles.values()].map((tile) => tile.element));
  arrange(board, names.length);
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
new ResizeObserver(() => arrange(board, tiles.size)).observe(board.parentElement);
setInterval(() => {
  live.check();
  show();
}, 1000);
