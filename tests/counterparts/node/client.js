// hyperdeck-connection, the client of a broadcast automation, at the port that is given: what it understands of the
// deck there, as one line of JSON.
"use strict";
const { Hyperdeck, Commands } = require("hyperdeck-connection");

const client = new Hyperdeck({ pingPeriod: 0, externalLog: () => {} });
client.on("error", (...told) => { console.error(...told); process.exit(1); });
client.on("connected", async (info) => {
  const ask = (command) => client.sendCommand(command);
  const told = { info, device: await ask(new Commands.DeviceInfoCommand()), remote: await ask(new Commands.RemoteGetCommand()) };
  told.before = await ask(new Commands.TransportInfoCommand());
  await ask(new Commands.RecordCommand("SHOW A"));
  told.during = await ask(new Commands.TransportInfoCommand());
  told.slot = await ask(new Commands.SlotInfoCommand(2));
  told.refused = await ask(new Commands.RecordCommand("SHOW B")).catch((error) => ({ code: error.code, name: error.name }));
  await ask(new Commands.StopCommand());
  told.after = await ask(new Commands.TransportInfoCommand());
  told.clips = await ask(new Commands.ClipsGetCommand());
  console.log(JSON.stringify(told));
  await client.disconnect();
  process.exit(0);
});
client.connect("127.0.0.1", Number(process.argv[2]));
