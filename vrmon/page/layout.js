// How many columns: the largest tiles that all fit at once, or a page that scrolls where none do.

const ASPECT = 1.7;
const MANY = 16; // more than these, one under the other, are shortened
const SMALLEST = { width: 150, height: 88 };

export function arrange(board, count) {
  const wide = matchMedia("(min-width: 60rem)").matches;
  const { width, height } = board.parentElement.getBoundingClientRect();
  const gap = parseFloat(getComputedStyle(board).columnGap) || 0;
  const best = wide ? bestFit(count, width, height, gap) : null;
  board.dataset.fit = best ? "screen" : "page";
  board.classList.toggle("many", count > MANY);
  board.style.setProperty("--columns", best ? best.columns : Math.max(1, Math.floor(width / 340)));
  board.style.setProperty("--rows", best ? best.rows : "none");
}

function bestFit(count, width, height, gap) {
  let best = null;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tile = {
      width: (width - gap * (columns - 1)) / columns,
      height: (height - gap * (rows - 1)) / rows,
    };
    const size = Math.min(tile.width, tile.height * ASPECT);
    const fits = tile.width >= SMALLEST.width && tile.height >= SMALLEST.height;
    if (fits && (!best || size > best.size)) best = { columns, rows, size };
  }
  return best;
}
