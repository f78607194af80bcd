// A small server that writes log lines where only messages belong.
import readline from 'node:readline';

console.log('notes server starting…');
console.log(JSON.stringify({ level: 30, msg: 'ready' }));
const reply = (id, result) => console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  console.error(`got ${method}`);
  if (method === 'initialize') {
    reply(id, { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'notes', version: '1.2.3' } });
  }
  if (method === 'tools/list') {
    reply(id, { tools: [{ name: 'read', description: 'Reads a note', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }] });
  }
});
