// A server that somebody wrote by hand: one tool, no packages.
import { createInterface } from 'node:readline'

const answer = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\n')
const refuse = (id) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'unknown method' } }) + '\n')

createInterface({ input: process.stdin }).on('line', (line) => {
  const m = JSON.parse(line)
  if (m.id === undefined) return
  if (m.method === 'initialize') answer(m.id, { protocolVersion: m.params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'other', version: '1.0.0' } })
  else if (m.method === 'tools/list') answer(m.id, { tools: [{ name: 'ping', description: 'Says hello', inputSchema: { type: 'object' } }] })
  else if (m.method === 'ping') answer(m.id, {})
  else refuse(m.id)
})
