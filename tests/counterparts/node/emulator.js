// @meyer/hyperdeck-emulator on the port that is given.
"use strict";
const { HyperDeckServer } = require("@meyer/hyperdeck-emulator");
const pino = require("pino");
const { handlers } = require("./deck.js");

const server = new HyperDeckServer({ ip: "127.0.0.1", port: Number(process.argv[2]) }, pino({ level: "silent" }));
server.on("device info", async (command) => handlers.deviceInfo(command));
server.on("transport info", async (command) => handlers.transportInfo(command));
server.on("slot info", async (command) => handlers.slotInfo(command));
server.on("record", async (command) => handlers.record(command));
server.on("stop", async (command) => handlers.stop(command));
