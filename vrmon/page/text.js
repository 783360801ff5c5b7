// Times and texts. Whatever comes from a device goes through setText: as text, never as markup.

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setShape(element, name) {
  const use = element.querySelector("use");
  if (use.getAttribute("href") !== `#${name}`) use.setAttribute("href", `#${name}`);
}

// 754 s: "12:34"; 4000 s: "1:06:40".
export function running(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

// How long, in the words of somebody who glances: "3 s", "4 min", "2 h", "5 d".
export function howLong(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

export function ago(seconds) {
  return `${howLong(Math.max(1, seconds))} ago`;
}

// "PCR 1, PCR 2 + 46 more".
export function listed(names, most) {
  const more = names.length > most ? ` + ${names.length - most} more` : "";
  return names.slice(0, most).join(", ") + more;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

// By the calendar: days after one such as "2026-11-26".
export function daysAfter(day, count) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + count);
  return date.toISOString().slice(0, 10);
}

function two(n) {
  return String(n).padStart(2, "0");
}

// The clock of the vrmon host, whatever zone this screen is in. `at` is Unix time in seconds.
// `changes`: what its zone was from when on, where that is known; else it is what it is now.
export class Zone {
  constructor({ name = "UTC", offset = 0 } = {}, changes = []) {
    this.name = name;
    this.offset = offset;
    this.changes = changes.map((one) => ({ from: Date.parse(one.from) / 1000, offset: one.offset, name: one.name }));
  }

  offsetAt(at) {
    const known = this.changes.filter((one) => one.from <= at).pop() ?? this.changes[0];
    return known?.offset ?? this.offset;
  }

  // Of a span of time: "CET", "CEST, later CET".
  namesIn({ from, to }) {
    const later = this.changes.filter((one) => from < one.from && one.from < to).map(({ name }) => name);
    return [this.changes.filter((one) => one.from <= from).pop()?.name ?? this.name, ...later].join(", later ");
  }

  // The clock shows the same at another moment too: it is set back, and these hours come twice.
  isTwice(at) {
    return this.changes.some(({ from, offset }, place) => {
      const back = place ? this.changes[place - 1].offset - offset : 0;
      return from - back <= at && at < from + back;
    });
  }

  get difference() {
    const minutes = Math.abs(this.offset) / 60;
    return `UTC${this.offset < 0 ? "−" : "+"}${Math.floor(minutes / 60)}${minutes % 60 ? `:${two(minutes % 60)}` : ""}`;
  }

  parts(at) {
    return new Date((at + this.offsetAt(at)) * 1000);
  }

  time(at, seconds = true) {
    const date = this.parts(at);
    return [date.getUTCHours(), date.getUTCMinutes(), ...(seconds ? [date.getUTCSeconds()] : [])].map(two).join(":");
  }

  day(at) {
    const date = this.parts(at);
    return `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  }

  weekday(at) {
    return DAYS[this.parts(at).getUTCDay()];
  }

  // With the day where it is not that of `now`, and the zone where only that tells which of two it is.
  clock(at, now, seconds = true) {
    const [day, time] = [this.day(at), this.time(at, seconds)];
    const told = this.isTwice(at) ? `${time} ${this.changes.filter(({ from }) => from <= at).pop().name}` : time;
    return day === this.day(now) ? told : `${day} ${told}`;
  }
}
