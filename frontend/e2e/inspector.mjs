// Looks into a page of WebKit through its remote inspector: a WebSocket with
// text frames, for which Node 20 has no client of its own. It only evaluates
// expressions; keys are pressed for real, elsewhere.
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'

/** How long the page may take for one answer: a page that has died never gives one. */
const patience = 30_000

/** Opens the one page that is inspected at an address; evaluate gives an expression's value. */
export async function inspect(address) {
  const list = await (await fetch(`http://${address}/`, { signal: AbortSignal.timeout(patience) })).text()
  const path = list.match(/\/socket\/[^']+/)?.[0]
  if (!path) throw new Error('no page to look into')
  const [socket, first] = await new Promise((done, fail) =>
    request(`http://${address}${path}`, {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      },
    })
      .on('upgrade', (_, s, head) => done([s, head]))
      .on('response', (r) => fail(new Error(`the inspector answered ${r.statusCode}`)))
      .on('error', fail)
      .setTimeout(patience, () => fail(new Error('the inspector does not answer')))
      .end(),
  )
  const waiting = new Map()
  let target = ''
  let found
  const ready = new Promise((done) => (found = done))
  let n = 0
  const heard = (text) => {
    const said = JSON.parse(text)
    if (said.method === 'Target.targetCreated' && said.params.targetInfo.type === 'page') {
      target = said.params.targetInfo.targetId
      found()
    }
    if (said.method === 'Target.dispatchMessageFromTarget') heard(said.params.message)
    waiting.get(said.id)?.(said)
    waiting.delete(said.id)
  }
  const read = frames(heard)
  read(first)
  socket.on('data', read)
  socket.on('error', () => {})
  await answered(ready, 'the page is not there').catch((e) => {
    socket.destroy()
    throw e
  })
  return {
    async evaluate(expression) {
      const id = ++n
      const answer = new Promise((done) => waiting.set(id, done))
      const message = JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression, returnByValue: true } })
      const outer = { id: ++n, method: 'Target.sendMessageToTarget', params: { targetId: target, message } }
      socket.write(frame(JSON.stringify(outer)))
      const said = await answered(answer, 'the page does not answer').finally(() => waiting.delete(id))
      if (said.error || said.result.wasThrown)
        throw new Error(said.error?.message ?? said.result.result.description ?? 'the page threw')
      return said.result.result.value
    },
    close: () => socket.destroy(),
  }
}

/** What is waited for, or an error once it takes too long. */
function answered(what, word) {
  let clock
  const late = new Promise((_, fail) => {
    clock = setTimeout(() => fail(new Error(`${word} (${patience / 1000} s)`)), patience)
  })
  return Promise.race([what, late]).finally(() => clearTimeout(clock))
}

/** A text as a masked frame, as a client has to send it. */
function frame(text) {
  const body = Buffer.from(text)
  const mask = randomBytes(4)
  const head = Buffer.from([0x81, 0x80 | 126, 0, 0])
  head.writeUInt16BE(body.length, 2)
  return Buffer.concat([head, mask, body.map((b, i) => b ^ mask[i % 4])])
}

/** Gives whole texts on, out of what arrives in pieces. */
function frames(heard) {
  let rest = Buffer.alloc(0)
  let parts = []
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 2) {
      const short = rest[1] & 0x7f
      const head = short < 126 ? 2 : short === 126 ? 4 : 10
      if (rest.length < head) return
      const size = short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2))
      if (rest.length < head + size) return
      parts.push(rest.subarray(head, head + size))
      const last = (rest[0] & 0x80) !== 0
      rest = rest.subarray(head + size)
      if (!last) continue
      const text = Buffer.concat(parts).toString()
      parts = []
      if (text.startsWith('{')) heard(text)
    }
  }
}
