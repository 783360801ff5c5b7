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
  const two = (n) => String(n).padStart(2, "0");
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

// Local time, with the day where it is not today's.
export function clock(date) {
  const time = date.toLocaleTimeString("en-GB");
  if (date.toDateString() === new Date().toDateString()) return time;
  const [day, month, year] = date.toLocaleDateString("en-GB").split("/");
  return `${year}-${month}-${day} ${time}`;
}
