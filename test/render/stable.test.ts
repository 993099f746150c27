import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { chart, configMap, helm, mustRender, request, testRenderer } from './rig.ts'

/** Two renderers share nothing: no thread, no instance, no cache. */
const [one, other] = [testRenderer({ threads: 1 }), testRenderer({ threads: 1 })]

const drawing = chart({
  'secret.yaml': `apiVersion: v1
kind: Secret
metadata:
  name: drawn
stringData:
  password: {{ randAlphaNum 24 | quote }}
  uuid: {{ uuidv4 }}
  number: {{ randInt 0 1000000 | quote }}
  shuffled: {{ shuffle "abcdefghijklmnopqrstuvwxyz" }}
  bytes: {{ randBytes 16 }}
  hash: {{ htpasswd "a" "b" | quote }}
`,
  'time.yaml': configMap(
    'time',
    'now: {{ now | quote }}',
    'date: {{ now | date "2006-01-02 15:04:05" | quote }}',
  ),
  'web.yaml': configMap('web', 'a: b'),
})

/** Charts that make their certificates; each takes seconds, so it stands apart. */
const certificates = chart({
  'tls.yaml': `{{- $ca := genCA "shop" 365 }}
{{- $cert := genSignedCert "web" nil (list "web.shop") 365 $ca }}
apiVersion: v1
kind: Secret
metadata:
  name: tls
type: kubernetes.io/tls
stringData:
  ca.crt: {{ $ca.Cert | quote }}
  tls.crt: {{ $cert.Cert | quote }}
  tls.key: {{ $cert.Key | quote }}
  ecdsa: {{ genPrivateKey "ecdsa" | quote }}
  ed25519: {{ genPrivateKey "ed25519" | quote }}
`,
})

test('a chart that draws renders to the same bytes from two instances with the same seed, whatever they did before', async () => {
  const asked = request(drawing, 'chart', helm())
  const first = await mustRender(one, asked)
  for (const seed of ['x', 'y', 'z']) await mustRender(other, { ...asked, seed: Buffer.from(seed) })
  const second = await mustRender(other, { ...asked })
  expect(second.manifests).toEqual(first.manifests)
  expect(second.randomBytes).toBe(first.randomBytes)
  expect(first.randomBytes).toBeGreaterThan(100)
  const next = await mustRender(one, {
    ...asked,
    files: new Map([...asked.files, ['chart/README.md', Buffer.from('x')]]),
  })
  expect(next.manifests, 'the next commit').toEqual(first.manifests)
})

test('certificates and keys are the same from two instances with the same seed, and of the time of the request', async () => {
  const asked = request(certificates, 'chart', helm())
  const [first, second] = await Promise.all([mustRender(one, asked), mustRender(other, asked)])
  expect(second.manifests).toEqual(first.manifests)
  const { stringData } = (first.manifests[0]?.value ?? {}) as { stringData: Record<string, string> }
  const certificate = new X509Certificate(stringData['tls.crt'] ?? '')
  expect(certificate.verify(new X509Certificate(stringData['ca.crt'] ?? '').publicKey)).toBe(true)
  expect(certificate.validFromDate).toEqual(new Date(asked.clock))
  expect(first.drewRandom).toHaveLength(1)
})

test('another seed gives other bytes, and it is told which objects drew them', async () => {
  const asked = request(drawing, 'chart', helm())
  const [first, second] = await Promise.all([
    mustRender(one, asked),
    mustRender(one, { ...asked, seed: Buffer.from('another') }),
  ])
  const names = (list: typeof first.manifests) => list.map(({ value }) => JSON.stringify(value['metadata']))
  expect(names(first.drewRandom)).toEqual(['{"name":"drawn"}'])
  const secrets = ({ manifests }: typeof first) =>
    manifests.flatMap(({ value }) =>
      value['kind'] === 'Secret' ? Object.entries(value['stringData'] ?? {}) : [],
    )
  const before = new Map(secrets(first))
  for (const [key, value] of secrets(second)) expect(value, key).not.toBe(before.get(key))
})

test('the clock stands where the request says', async () => {
  const { manifests } = await mustRender(one, request(drawing, 'chart', helm()))
  const time = manifests.find(({ value }) => JSON.stringify(value['metadata']) === '{"name":"time"}')
  expect(time?.value['data']).toEqual({
    now: expect.stringMatching(/^2026-01-01 00:00:00 \+0000 UTC m=\+0\.0\d+$/),
    date: '2026-01-01 00:00:00',
  })
})

test('one more draw changes the count, and a chart that draws nothing has none', async () => {
  const with24 = chart({ 'a.yaml': configMap('a', 'x: {{ randBytes 24 | quote }}') })
  const with48 = chart({ 'a.yaml': configMap('a', 'x: {{ randBytes 24 }}{{ randBytes 24 }}') })
  const counts = [with24, with48, chart({ 'a.yaml': configMap('a') })].map(async (files) => {
    const { randomBytes, drewRandom } = await mustRender(one, request(files, 'chart', helm()))
    return [randomBytes, drewRandom.length]
  })
  expect(await Promise.all(counts)).toEqual([
    [24, 1],
    [48, 1],
    [0, 0],
  ])
  const onlyShuffled = chart({ 'a.yaml': configMap('a', 'x: {{ randInt 0 1000000 | quote }}') })
  expect(await mustRender(one, request(onlyShuffled, 'chart', helm()))).toMatchObject({
    randomBytes: 8,
    drewRandom: [{ origin: { file: 'chart/templates/a.yaml' } }],
  })
})

test('what is rendered once is not rendered again, and every input is part of what it is known by', async () => {
  const files = chart(
    { 'a.yaml': configMap('a', 'x: {{ .Values.x | quote }}') },
    { 'chart/values.yaml': 'x: 1' },
  )
  const asked = request(files, 'chart', helm())
  const [first, same] = await Promise.all([
    one.render(asked),
    one.render({ ...asked, files: new Map(asked.files) }),
  ])
  expect(same).toBe(first)
  const others = [
    { ...asked, seed: Buffer.from('2') },
    { ...asked, clock: asked.clock + 1 },
    { ...asked, tenant: 'others' },
    { ...asked, vars: { a: 'b' } },
    { ...asked, ...helm({ values: { x: 2 } }) },
    { ...asked, files: new Map([...asked.files, ['chart/values.yaml', Buffer.from('x: 2')]]) },
  ]
  for (const wanted of others) expect(await one.render(wanted)).not.toBe(first)
  const unread = { ...asked, files: new Map([...asked.files, ['elsewhere/a.yaml', Buffer.from('x')]]) }
  expect(await one.render(unread)).toBe(first)
})
