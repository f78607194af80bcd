// A small server for the tests of repair: it is started with its name and calls
// its tool by it. alpha does not begin without what its entry gives it.
import { createInterface } from 'node:readline'

const name = process.argv[2]
if (!name || (name === 'alpha' && process.env.JUDGED !== 'yes')) {
  console.error('this is not what the entry said')
  process.exit(3)
}
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n')

createInterface({ input: process.stdin }).on('line', (line) => {
  const m = JSON.parse(line)
  if (m.id === undefined) return
  if (m.method === 'initialize') send({ id: m.id, result: { protocolVersion: m.params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name, version: '1.0.0' } } })
  else if (m.method === 'tools/list') send({ id: m.id, result: { tools: [{ name: name + '_ping', description: 'Says hello', inputSchema: { type: 'object' } }] } })
  else if (m.method === 'ping') send({ id: m.id, result: {} })
  else send({ id: m.id, error: { code: -32601, message: 'unknown method' } })
})
