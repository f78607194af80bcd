'use strict';
// Loaded before a server's own program when a key belongs into one of its
// arguments. Command lines are visible to everybody on a computer, so there the
// argument holds a mark, ${secret:NAME}; the values come in a variable that is
// deleted before any code of the server runs.
const variable = 'TOOLBAY_ARGUMENT_SECRETS';
const given = process.env[variable];
if (given !== undefined) {
  delete process.env[variable];
  const values = new Map(Object.entries(JSON.parse(given)));
  for (let i = 2; i < process.argv.length; i++) {
    process.argv[i] = process.argv[i].replace(/\$\{secret:([^}]*)\}/g, (mark, name) => values.get(name) ?? mark);
  }
  // The server's own children start without this file.
  process.execArgv.splice(process.execArgv.indexOf('--require'), 2);
}
