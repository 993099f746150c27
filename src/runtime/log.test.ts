import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Failure } from '../core/failure.ts'
import { createLog, type LogLevel, Redacted, redactText } from './index.ts'

const canary = 'c4nary-9f3e-s3cret'

function capture(level: LogLevel = 'debug') {
  const lines: string[] = []
  const log = createLog({ level, stream: { write: (line: string) => void lines.push(line) } })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
}

test('a redacted value shows itself to reveal alone', () => {
  const secret = new Redacted(canary)
  const shown = [
    JSON.stringify({ secret }),
    String(secret),
    [secret, secret].join(),
    inspect({ deep: { secret } }, { depth: 9, showHidden: true }),
    String(Object.assign({}, secret)),
    Object.values(secret).join(),
  ].join('\n')
  expect(shown).not.toContain(canary)
  expect(secret.reveal()).toBe(canary)
})

test('row 47: a canary leaves a log in no field, key, error, cause or child', () => {
  const { log, lines } = capture()
  const cause = Object.assign(new Error(`clone https://user:${canary}@git.corp/fleet failed`), {
    request: { headers: { authorization: `Bearer ${canary}` } },
  })
  const error = new Failure('x', `GET https://blob/x?sig=${canary}&v=1`, { cause, hint: `token=${canary}` })
  log.child({ password: canary, credential: new Redacted(canary) }).error(`Authorization: Bearer ${canary}`, {
    error,
    authorization: canary,
    nested: { list: [{ client_secret: canary, value: new Redacted({ inner: canary }) }] },
    headers: { 'x-token': canary },
    body: Buffer.from(canary),
    url: new URL(`https://u:${canary}@host/`),
    map: new Map([['token', canary]]),
    socket: new (class Socket {
      readonly auth = canary
    })(),
  })
  expect(lines).toHaveLength(1)
  const text = lines.join('')
  expect(text).not.toContain(canary)
  expect(text).not.toContain(Buffer.from(canary).toString('base64'))
  expect(text).toContain('git.corp/fleet failed')
})

test('a line is one JSON object with level, time, message and the fields of its children', () => {
  const { log, last } = capture('info')
  log
    .child({ cluster: 'a' })
    .child({ bundle: 'b' })
    .info('applied', { objects: 3, big: 12n, none: undefined })
  expect(last()).toMatchObject({
    level: 'info',
    message: 'applied',
    cluster: 'a',
    bundle: 'b',
    objects: 3,
    big: '12',
  })
  expect(Number.isNaN(Date.parse(String(last()['time'])))).toBe(false)
})

test('a level keeps what is below it away', () => {
  const { log, lines } = capture('warn')
  log.info('no')
  log.debug('no')
  log.warn('yes')
  expect(lines).toHaveLength(1)
})

test('a field that loops or is deep ends the line, not the program', () => {
  const { log, lines } = capture()
  const loop: Record<string, unknown> = {}
  loop['self'] = loop
  log.info('loop', { loop, date: new Date(0), fn: () => 1 })
  expect(lines[0]).toContain('[too deep]')
  expect(lines[0]).toContain('1970-01-01')
})

test.each([
  [`https://user:${canary}@git.corp/x.git`, 'https://[redacted]@git.corp/x.git'],
  [`https://user:p@${canary}@git.corp/x`, 'https://[redacted]@git.corp/x'],
  [`https://x/y?sv=1&sig=${canary}&se=2`, 'https://x/y?sv=1&sig=[redacted]&se=2'],
  [`wss://hub/watch?token=${canary}`, 'wss://hub/watch?token=[redacted]'],
  [`authorization: Basic ${canary}`, 'authorization: Basic [redacted]'],
  [`header "Authorization: token ${canary}" sent`, 'header "Authorization: token [redacted]" sent'],
  [`-----BEGIN RSA PRIVATE KEY-----\n${canary}\n-----END RSA PRIVATE KEY-----\nrest`, '[redacted]\nrest'],
  [`-----BEGIN PRIVATE KEY-----\n${canary}`, '[redacted]'],
  ['client-key-data: LS0tLS1CRUdJTg==', 'client-key-data: [redacted]'],
  ['eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0abc.c2lnbmF0dXJl', '[redacted]'],
])('%s is redacted', (text, clean) => {
  expect(redactText(text)).toBe(clean)
  expect(redactText(clean)).toBe(clean)
})

test.each([
  'a design=x and assign=y',
  'https://git.corp/a@b',
  'mail user@host',
  'bearer of news',
  'the token is wrong',
])('%s stays as it is', (text) => {
  expect(redactText(text)).toBe(text)
})

test('long hostile texts are redacted without a pattern that runs away', () => {
  const texts = [
    'a.'.repeat(200_000),
    `x://${'a'.repeat(400_000)}`,
    'bearer '.repeat(60_000),
    '=token'.repeat(60_000),
  ]
  const spent = (text: string): number => {
    const start = performance.now()
    redactText(text)
    return performance.now() - start
  }
  for (const text of texts) {
    const half = Math.max(1, spent(text.slice(0, text.length / 8)))
    // Linear would be 8; a quadratic pattern gives 64.
    expect(spent(text) / half).toBeLessThan(60)
  }
})
