#!/usr/bin/env node
// A server that answers only who has the right key; it does not begin without.
const { createHash } = require('node:crypto')

const digest = createHash('sha256').update(process.env.ACME_API_KEY || '').digest('hex')
if (digest !== 'DIGEST') {
  console.error('the key is not right')
  process.exit(3)
}
const answer = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\n')
require('node:readline')
  .createInterface({ input: process.stdin })
  .on('line', (line) => {
    const m = JSON.parse(line)
    if (m.id === undefined) return
    if (m.method === 'initialize') answer(m.id, { protocolVersion: m.params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'keyed', version: '1.0.0' } })
    else if (m.method === 'tools/list') answer(m.id, { tools: [{ name: 'open', description: 'Opens what the key is for', inputSchema: { type: 'object' } }] })
    else if (m.method === 'ping') answer(m.id, {})
    else process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id: m.id, error: { code: -32601, message: 'unknown method' } }) + '\n')
  })
