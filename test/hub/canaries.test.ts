import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { head, until } from './hub-under-test.ts'
import { HubRig } from './rig.ts'

let rig: HubRig
/** Secrets by where they come from; each holds characters that encodings change. */
const canaries = new Map<string, string>()
/** Everything that the hub gave away, by where. */
const seen = new Map<string, string>()

function canary(from: string): string {
  const text = `c4nary>${from}?${rig.id}~`
  canaries.set(from, text)
  return text
}

/** How a text looks raw, in JSON, in a URL, and in base64 wherever it begins in what is encoded. */
function formsOf(text: string): string[] {
  const inBase64 = [0, 1, 2].map((offset) => {
    const code = Buffer.from('\0'.repeat(offset) + text).toString('base64')
    return code.slice(offset === 0 ? 0 : 4, Math.floor(((offset + text.length) * 8) / 6) - 1)
  })
  const inUrl = encodeURIComponent(text)
  const urlSafe = inBase64.map((code) => code.replaceAll('+', '-').replaceAll('/', '_'))
  return [...new Set([text, JSON.stringify(text).slice(1, -1), inUrl, ...inBase64, ...urlSafe])]
}

function found(): string[] {
  const hits: string[] = []
  for (const [from, text] of canaries) {
    for (const form of formsOf(text)) {
      for (const [where, content] of seen) if (content.includes(form)) hits.push(`${from} in ${where}`)
    }
  }
  return hits
}

function secretFile(name: string, data: string): string {
  return `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, namespace: ${rig.namespace}}\n${data}\n`
}

async function get(path: string): Promise<string> {
  const { url, token } = rig.hub.local
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  return answer.text()
}

beforeAll(async () => {
  rig = await HubRig.create()
  rig.spec['metrics'] = { listen: '127.0.0.1:0' }
  const dead = rig.servers.old.kubeconfig('evenkeel').replace(rig.servers.old.url, 'https://127.0.0.1:9')
  await rig.giveCredential('dead', dead.replace(rig.servers.old.token('evenkeel'), canary('kubeconfig')))
  await rig.giveCredential('git', canary('git-credential'))
  await rig.start()
  const url = `http://keeper:${encodeURIComponent(canary('git-url'))}@127.0.0.1:9/other.git`
  const listed = `spec: {repositories: [{name: other, url: "http://127.0.0.1:9/other.git", credential: git}, {name: inline, url: "${url}"}]}`
  const revision = await rig.fleet.commit({
    ...rig.files(),
    'fleet/evenkeel.yaml': `${head}kind: Fleet\nmetadata: {name: corp}\n${listed}\n`,
    'fleet/clusters/dead.yaml': rig.clusterFile('dead', 'dev', 'dead'),
    'fleet/bundles/shop.yaml': rig.bundleFile(
      'shop',
      'placement: {where: "name != \'dead\'"}, drift: {healAfter: 1h}',
    ),
    'fleet/bundles/other.yaml': rig
      .bundleFile('other')
      .replace('{path: apps/other}', '{path: apps, repository: other}'),
    'fleet/bundles/inline.yaml': rig
      .bundleFile('inline')
      .replace('{path: apps/inline}', '{path: apps, repository: inline}'),
    'apps/shop/secret.yaml': secretFile('key', `stringData: {password: "${canary('desired')}"}`),
  })
  await rig.inSync(revision)
})
afterAll(() => rig.stop())

test('the search finds a canary raw, in JSON, in a URL, and in base64 at every place', () => {
  const text = canaries.get('desired') ?? ''
  const coded = ['', 'x', 'xy', 'xyz'].map((before) => Buffer.from(`${before}${text}!`).toString('base64'))
  const samples = [text, JSON.stringify({ text }), `?a=${encodeURIComponent(text)}`, ...coded]
  for (const sample of samples) {
    seen.set('a sample', sample)
    expect(found(), sample).toContain('desired in a sample')
  }
  seen.delete('a sample')
})

test('a Secret is delivered, changed, healed, refused and asked about, and every command and log line hides it', async () => {
  const path = ['get', 'secret', 'key', '-n', rig.namespace, '-o', 'jsonpath={.data.password}']
  const stored = await rig.servers.new.mustKubectl('admin', path)
  expect(Buffer.from(stored, 'base64').toString()).toBe(canaries.get('desired'))
  const inBase64 = (from: string): string => Buffer.from(canary(from)).toString('base64')
  const patch = JSON.stringify({ data: { password: inBase64('live'), more: inBase64('added') } })
  await rig.servers.old.mustKubectl('alice', ['patch', 'secret', 'key', '-n', rig.namespace, '-p', patch])
  await until(
    'the difference is known with its person',
    () => rig.ek('drift', 'show', 'old'),
    ({ stdout }) => stdout.includes('alice'),
  )
  await rig.fleet.commit({
    'fleet/bundles/asked.yaml': rig.bundleFile('asked', 'mode: ask, placement: {where: "name == \'old\'"}'),
    'apps/asked/secret.yaml': secretFile('asked', `stringData: {password: "${canary('asked')}"}`),
    'fleet/bundles/wrong.yaml': rig.bundleFile('wrong', 'placement: {where: "name == \'old\'"}'),
    'fleet/bundles/refused.yaml': rig.bundleFile('refused', 'placement: {where: "name == \'old\'"}'),
    'apps/refused/type.yaml': secretFile(
      'typed',
      `type: kubernetes.io/tls\nstringData: {a: "${canary('refused')}"}`,
    ),
    'apps/refused/coded.yaml': secretFile('coded', `data: {a: "${canary('not-base64')}"}`),
    'apps/wrong/shape.yaml': secretFile('shaped', `data: "${canary('not-a-map')}"`),
    'apps/wrong/broken.yaml': secretFile('broken', `stringData: {a: "${canary('malformed')}`),
  })
  const { items } = await until(
    'the plan waits',
    () => rig.client.plans({ query: { bundle: rig.bundle('asked') } }),
    ({ total }) => total === 1,
  )
  await until(
    'the cluster has refused its Secrets',
    () => rig.ek('describe', 'bundle', rig.bundle('refused')),
    ({ stdout }) => ['coded', 'typed'].every((name) => stdout.includes(`Secret ${rig.namespace}/${name}: `)),
  )
  const wrong = await rig.ek('describe', 'bundle', rig.bundle('wrong'))
  expect(wrong.stdout).toMatch(/^State: +▲ Failed {2}\(-\)$/m)
  expect(wrong.stdout).toMatch(/^Drift: +\?$/m)
  const plan = items[0]?.id ?? ''
  const commands = [
    ['status'],
    ['get', 'clusters', '-o', 'wide'],
    ['get', 'bundles', '-o', 'yaml'],
    ['get', 'drift', '-o', 'wide'],
    ['drift', 'show', 'old', `${rig.namespace}/secret/key`],
    ['drift', 'show', '-o', 'json'],
    ['drift', 'heal', 'old', '--yes', '--dry-run'],
    ['plan', 'show', plan],
    ['plan', 'show', plan, '-o', 'yaml'],
    ['plan', 'approve', plan, '--yes'],
    ['drift', 'heal', 'old', `${rig.namespace}/secret/key`, '--yes'],
    ['describe', 'cluster', 'dead'],
    ['describe', 'bundle', rig.bundle('wrong')],
    ['describe', 'bundle', rig.bundle('refused')],
    ['describe', 'bundle', rig.bundle('other')],
    ['describe', 'fleet'],
    ['trace', 'old', `${rig.namespace}/secret/key`],
    ['events', '-o', 'wide'],
    ['events', '-o', 'json'],
    ['lint', rig.fleet.folder],
  ]
  for (const command of commands) {
    const { code, stdout, stderr } = await rig.ek(...command)
    seen.set(`ek ${command.join(' ')}`, stdout + stderr)
    expect(code, `ek ${command.join(' ')}: ${stderr}`).toBeLessThan(2)
  }
  expect(await rig.servers.old.mustKubectl('admin', path)).toBe(stored)
  seen.set('the log', rig.hub.output)
  expect(found()).toEqual([])
})

test('no route of the API, stream or metric gives a Secret or a credential away', async () => {
  const document = JSON.parse(await get('/openapi.json')) as {
    paths: Record<string, Record<string, unknown>>
  }
  const [plans, bundles, clusters] = await Promise.all([
    rig.client.plans({ query: { state: ['waiting', 'executed', 'automatic', 'approved'] } }),
    rig.client.bundles({ query: {} }),
    rig.client.clusters({ query: {} }),
  ])
  const values: Readonly<Record<string, string[]>> = {
    plan: plans.items.map(({ id }) => id),
    bundle: bundles.items.map(({ name }) => name),
    cluster: clusters.items.map(({ name }) => name),
  }
  const paths = Object.entries(document.paths).flatMap(([path, methods]) => (methods['get'] ? [path] : []))
  expect(paths.length).toBeGreaterThan(12)
  for (const path of paths.filter((one) => !one.endsWith('/stream'))) {
    const [whole = '', name = ''] = /\{(\w+)\}/.exec(path) ?? []
    const queries = path.endsWith('/trace')
      ? [`?kind=Secret&name=key&namespace=${rig.namespace}`]
      : path.endsWith('/names')
        ? ['clusters', 'bundles', 'plans', 'causes', 'kinds'].map((of) => `?of=${of}`)
        : ['', '?state=executed&state=healed&limit=1000', '?limit=1000']
    for (const value of whole === '' ? [''] : (values[name] ?? [])) {
      for (const query of queries) {
        const url = path.replace(whole === '' ? '\0' : whole, value) + query
        seen.set(`GET ${url}`, await get(url))
      }
    }
  }
  expect(seen.get('GET /api/v1/drift')).toContain('"unanswered"')
  seen.set('the stream', await streamed())
  const address = /"metrics":"?(http[^"]+)"/.exec(rig.hub.output)?.[1]
  seen.set('the metrics', await (await fetch(address ?? '')).text())
  expect(seen.get('the metrics')).toContain('evenkeel_cluster_info')
  expect(found()).toEqual([])
})

/** The stream of events from the first one to the newest. */
async function streamed(): Promise<string> {
  const { last } = await rig.client.events({ query: {} })
  const { url, token } = rig.hub.local
  const end = new AbortController()
  const answer = await fetch(`${url}/api/v1/events/stream?after=0`, {
    headers: { authorization: `Bearer ${token}` },
    signal: end.signal,
  })
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.includes(`id: ${last}\n`)) break
  }
  end.abort()
  return text
}

test('no byte of the data folder shows a Secret, a credential or the token of the API, while it runs and afterwards', async () => {
  const read = async (when: string): Promise<void> => {
    for (const entry of await readdir(rig.data, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name)
      if (!entry.isFile()) continue
      const text = (await readFile(file).catch(() => Buffer.from(''))).toString('latin1')
      seen.set(`${file} ${when}`, text)
      if (entry.name !== 'hub.json') expect(text.includes(rig.hub.local.token), file).toBe(false)
    }
  }
  await read('while it runs')
  expect(seen.size).toBeGreaterThan(40)
  expect(await rig.hub.terminate()).toBe(0)
  await read('afterwards')
  seen.set('the log', rig.hub.output)
  expect(rig.hub.output).not.toContain(rig.hub.local.token)
  expect(found()).toEqual([])
})
