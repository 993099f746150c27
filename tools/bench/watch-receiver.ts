/**
 * A process of its own that watches simulated clusters: `node watch-receiver.ts URL CA TOKEN NAME…`. It says `ready` when
 * all watches are open, and every second how many events came and how late (milliseconds, one number an event).
 */
import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'

const [url = '', caFile = '', token = '', ...names] = process.argv.slice(2)
const ca = readFileSync(caFile)
let latencies: number[] = []
let open = 0

for (const name of names) {
  const session = connect(url, { ca })
  session.on('error', (error) => process.stdout.write(`${JSON.stringify({ failed: error.message })}\n`))
  const stream = session.request({
    ':path': `/clusters/${name}/api/v1/configmaps?watch=true&labelSelector=bench%3Dyes`,
    authorization: `Bearer ${token}`,
  })
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('response', () => {
    open += 1
    if (open === names.length) process.stdout.write(`${JSON.stringify({ ready: true })}\n`)
  })
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const { type, object } = JSON.parse(line) as { type: string; object: { data: { at: string } } }
      if (type === 'MODIFIED') latencies.push(Date.now() - Number(object.data.at))
    }
  })
}

setInterval(() => {
  process.stdout.write(`${JSON.stringify({ latencies })}\n`)
  latencies = []
}, 1_000)
