// How many columns: the largest tiles that all fit at once, or a page that scrolls where none do.
// A tile's letters follow from its size, and how much it tells from how many lines of them it has room for:
// tile.css counts the lines of each detail.

const ASPECT = 1.7;
const MANY = 16; // more than these, one under the other, are shortened
const SMALLEST = { width: 9.5, height: 5.6 }; // rem
const LETTERS = { across: 24, down: 12.5, least: 0.75, most: 3 }; // em in a tile; rem
const PICTURED = 23.5; // em across that a picture wants
const COLUMN = 21; // rem

// The least height of a tile for each detail, in its letters.
const DETAILS = [
  ["all", 16.4],
  ["big", 13.6],
  ["both", 10.9],
  ["rows", 8],
  ["line", 0],
];

export function arrange(board, count) {
  const wide = matchMedia("(min-width: 60rem)").matches;
  const { width, height } = board.parentElement.getBoundingClientRect();
  const gap = parseFloat(getComputedStyle(board).columnGap) || 0;
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const best = wide ? bestFit(count, width, height, gap, rem) : null;
  const columns = Math.max(1, Math.min(count, Math.floor(width / (COLUMN * rem))));
  board.dataset.fit = best ? "screen" : "page";
  board.dataset.detail = best ? best.detail : count > MANY ? "rows" : "all";
  board.dataset.narrow = best && best.across < PICTURED ? "yes" : "no";
  board.classList.toggle("many", !best && count > MANY);
  board.style.setProperty("--columns", best ? best.columns : columns);
  board.style.setProperty("--rows", best ? best.rows : "none");
  board.style.setProperty("--letters", best ? `${best.letters}px` : "0.95rem");
}

function bestFit(count, width, height, gap, rem) {
  let best = null;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tile = {
      width: (width - gap * (columns - 1)) / columns,
      height: (height - gap * (rows - 1)) / rows,
    };
    const size = Math.min(tile.width, tile.height * ASPECT);
    const fits = tile.width >= SMALLEST.width * rem && tile.height >= SMALLEST.height * rem;
    if (fits && (!best || size > best.size)) best = { columns, rows, size, ...lettered(tile, rem) };
  }
  return best;
}

function lettered({ width, height }, rem) {
  const fitting = Math.min(width / LETTERS.across, height / LETTERS.down);
  const letters = Math.floor(Math.min(LETTERS.most * rem, Math.max(LETTERS.least * rem, fitting)) * 100) / 100;
  return { letters, across: width / letters, detail: DETAILS.find(([, least]) => height / letters >= least)[0] };
}
