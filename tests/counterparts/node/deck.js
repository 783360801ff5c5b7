// What stands behind a server of the HyperDeck's protocol that has no state of its own: one slot, one input.
// Each command is printed as a line of JSON.
"use strict";

const deck = { status: "preview", clips: [] };

function tell(command) {
  console.log(JSON.stringify({ name: command.name, parameters: command.parameters ?? {} }));
}

exports.handlers = {
  deviceInfo: (command) => {
    tell(command);
    return { "protocol version": "1.11", model: "Counterpart", "unique id": "1", "slot count": "2" };
  },
  transportInfo: (command) => {
    tell(command);
    return {
      status: deck.status, speed: "0", "slot id": "1", "clip id": "none", "single clip": "false",
      "display timecode": "00:00:00:00", timecode: "00:00:00:00", "video format": "1080i50", loop: "false",
      "input video format": "1080i50",
    };
  },
  slotInfo: (command) => {
    tell(command);
    const slot = command.parameters["slot id"] ?? "1";
    return { "slot id": slot, status: "mounted", "volume name": "SSD", "recording time": "3600", "video format": "1080i50" };
  },
  record: (command) => {
    tell(command);
    deck.status = "record";
    deck.clips.push(command.parameters.name);
  },
  stop: (command) => {
    tell(command);
    deck.status = "stopped";
  },
};
