// A sound while something is critical, or vrmon is gone. Only where a person has switched it on.

const KEY = "vrmon-sound";
const PAUSE = 10000; // ms between two alarms
const NOTES = [
  [880, 0],
  [660, 0.22],
  [880, 0.44],
];

const button = document.getElementById("sound");
let isOn = isKept();
let audio = null;
let last = -Infinity;

export function sound(state) {
  const wanted = state === "critical" || state === "silent";
  if (!wanted) last = -Infinity;
  show();
  if (!isOn || !wanted || performance.now() - last < PAUSE) return;
  last = performance.now();
  play();
}

function play() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") {
    audio.resume().then(() => show(), () => {});
    if (!navigator.userActivation?.hasBeenActive) return;
  }
  NOTES.forEach(([pitch, after]) => {
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    const begin = audio.currentTime + after;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, begin);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.2);
    tone.connect(volume).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 0.2);
  });
}

// A browser plays nothing before somebody has touched the page: that is said, lest silence be taken for safety.
function show() {
  const isMuted = isOn && audio !== null && audio.state === "suspended";
  button.setAttribute("aria-pressed", String(isOn));
  button.textContent = isMuted ? "Sound is on, but the browser mutes it: click" : isOn ? "Sound is on" : "Sound is off";
}

// A browser that may store nothing refuses both: then what a person has chosen lasts as long as the page.
function isKept() {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

function keep() {
  try {
    localStorage.setItem(KEY, isOn ? "on" : "off");
  } catch {}
}

button.addEventListener("click", () => {
  const isMuted = isOn && audio !== null && audio.state === "suspended";
  if (!isMuted) isOn = !isOn;
  keep();
  if (isOn) play();
  show();
});
if (isOn) audio = new AudioContext();
show();
