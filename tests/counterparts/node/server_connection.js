// hyperdeck-server-connection on the port that is given; like an old deck it takes one client.
"use strict";
console.log = ((print) => (line) => line.startsWith("{") && print(line))(console.log);
const { HyperdeckServer } = require("hyperdeck-server-connection");
const { handlers } = require("./deck.js");

const server = new HyperdeckServer("127.0.0.1", Number(process.argv[2]), 1);
server.onDeviceInfo = async (command) => handlers.deviceInfo(command);
server.onTransportInfo = async (command) => handlers.transportInfo(command);
server.onSlotInfo = async (command) => handlers.slotInfo(command);
server.onRecord = async (command) => handlers.record(command);
server.onStop = async (command) => handlers.stop(command);
server.onRemote = async () => ({ enabled: "true", override: "false" });
