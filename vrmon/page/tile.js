// One tile. It is made once and then only told what has changed.

import { setShape, setText } from "./text.js";

const template = document.getElementById("tile");

export class Tile {
  constructor(open) {
    this.element = template.content.firstElementChild.cloneNode(true);
    const part = (name) => this.element.querySelector(`.${name}`);
    this.parts = Object.fromEntries(
      ["name", "state", "word", "title", "primary", "backup", "trouble", "why", "hint"].map((name) => [name, part(name)]),
    );
    this.figure = this.element.querySelector("figure");
    this.taken = "";
    this.parts.name.addEventListener("click", () => open(this.parts.name.textContent));
  }

  // Whether a picture would be looked at: the tile is large enough and in sight.
  get showsPictures() {
    const { top, bottom } = this.element.getBoundingClientRect();
    const style = getComputedStyle(this.figure.parentElement);
    return bottom > 0 && top < innerHeight && style.getPropertyValue("--pictures").trim() === "yes";
  }

  show(view) {
    this.element.dataset.tone = view.tone;
    const { name, state, word, title, primary, backup, trouble, why, hint } = this.parts;
    setText(name, view.name);
    setShape(state, view.shape);
    setText(word, view.word);
    setText(title, view.title);
    showRow(primary, view.primary);
    showRow(backup, view.backup);
    setText(why, view.why);
    setText(hint, view.hint);
    trouble.hidden = !view.why && !view.hint;
    this.element.classList.toggle("caused", view.caused);
    this.showPicture(view.picture, view.name);
  }

  // A picture takes the place of the last one when it is there, so that nothing flickers.
  showPicture(picture, name) {
    if (!picture) {
      this.figure.hidden = true;
      this.taken = "";
      return;
    }
    setText(this.figure.querySelector("figcaption"), picture.caption);
    if (picture.taken === this.taken || !this.showsPictures) return;
    this.taken = picture.taken;
    const image = new Image();
    image.alt = `What ${name} records`;
    image.src = `${picture.url}?taken=${encodeURIComponent(picture.taken)}`;
    image.decode().then(
      () => {
        if (this.taken !== picture.taken) return;
        this.figure.querySelector("img").replaceWith(image);
        this.figure.hidden = false;
      },
      () => {
        if (this.taken === picture.taken) this.figure.hidden = true;
      },
    );
  }
}

function showRow(row, { what, time, stale, lacks }) {
  setText(row.querySelector(".what"), what);
  setText(row.querySelector(".time"), time);
  row.classList.toggle("stale", stale);
  row.classList.toggle("lacks", Boolean(lacks));
}
