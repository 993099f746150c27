import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChartServer, publish, serveCharts } from '../charts/chart-server.ts'
import { head, until } from './hub-under-test.ts'
import { HubRig } from './rig.ts'

let rig: HubRig
let charts: ChartServer
beforeAll(async () => {
  rig = await HubRig.create()
  charts = await serveCharts()
  publish(charts, [{ name: 'web', version: '1.0.0' }])
  rig.spec = { ...rig.spec, charts: { hosts: [charts.host], plainHttp: [charts.host] } }
  await rig.start()
  await rig.inSync(await rig.fleet.commit(rig.files()))
})
afterAll(async () => {
  await rig.stop()
  await charts.close()
})

/** A bundle file with the given spec, delivered everywhere at once. */
function bundle(app: string, spec: string): Record<string, string> {
  return {
    [`fleet/bundles/${app}.yaml`]: `${head}kind: Bundle\nmetadata: {name: ${rig.bundle(app)}}\nspec: {rollout: {stages: [{name: all}]}, drift: {healAfter: 1h}, placement: {where: "true"}, ${spec}}\n`,
  }
}

const namespace = (app: string): string => `${app}-${rig.id}`

async function json(
  cluster: 'new' | 'old',
  app: string,
  kind: string,
  name: string,
  path: string,
): Promise<string> {
  const args = ['get', kind, name, '-n', namespace(app), '-o', `jsonpath=${path}`]
  return (await rig.servers[cluster].kubectl('admin', args)).stdout
}

test('a Kustomize tree is delivered by layers: each environment its overlay, with vars filled in, traced to its file', async () => {
  const app = 'kust'
  const base = {
    'apps/kust/base/kustomization.yaml': 'resources: [namespace.yaml, settings.yaml]\n',
    'apps/kust/base/namespace.yaml': rig.namespaceFile(namespace(app)),
    'apps/kust/base/settings.yaml': rig.configMapFile('settings', 'base', namespace(app)),
  }
  const overlay = (name: string) => ({
    [`apps/kust/overlays/${name}/kustomization.yaml`]: [
      'resources: [../../base]',
      'configMapGenerator:',
      `- {name: which, namespace: ${namespace(app)}, literals: [environment=${name}]}`,
      'generatorOptions: {disableNameSuffixHash: true}',
      'replacements:',
      '- source: {kind: ConfigMap, name: evenkeel-vars, fieldPath: data.domain}',
      '  targets: [{select: {kind: ConfigMap, name: settings}, fieldPaths: [data.value]}]',
      '',
    ].join('\n'),
  })
  const revision = await rig.fleet.commit({
    ...base,
    ...overlay('dev'),
    ...overlay('prod'),
    ...bundle(
      app,
      'source: {path: apps/kust}, layers: ["overlays/{environment}", "overlays/{cluster}"], vars: {domain: "{cluster}.example.com"}',
    ),
  })
  await rig.inSync(revision, app)
  expect(await json('new', app, 'cm', 'which', '{.data.environment}')).toBe('prod')
  expect(await json('old', app, 'cm', 'which', '{.data.environment}')).toBe('dev')
  expect(await json('old', app, 'cm', 'settings', '{.data.value}')).toBe('old.example.com')
  const traced = await rig.ek('trace', 'old', `${namespace(app)}/cm/settings`)
  expect(traced.stdout).toContain('apps/kust/base/settings.yaml:1')
})

const chart = (app: string): Record<string, string> => ({
  [`apps/${app}/Chart.yaml`]: `apiVersion: v2\nname: ${app}\nversion: 1.0.0\n`,
  [`apps/${app}/values.yaml`]: 'greeting: hello\nreplicas: 1\n',
  [`apps/${app}/values-prod.yaml`]: 'replicas: 3\n',
  [`apps/${app}/templates/settings.yaml`]: [
    'apiVersion: v1',
    'kind: ConfigMap',
    'metadata: {name: {{ .Release.Name }}-settings}',
    'data:',
    '  greeting: {{ .Values.greeting | quote }}',
    '  replicas: {{ .Values.replicas | quote }}',
    '  cluster: {{ .Values.evenkeel.cluster | quote }}',
    '',
  ].join('\n'),
})

test('a Helm chart is delivered with values by environment, into the namespace of the bundle, which is made', async () => {
  const app = 'chart'
  const revision = await rig.fleet.commit({
    ...chart(app),
    ...bundle(
      app,
      `source: {path: apps/chart}, values: ["values-{environment}.yaml", "?values-{cluster}.yaml"], vars: {cluster: "{cluster}"}, namespace: ${namespace(app)}, createNamespace: true`,
    ),
    'apps/chart/values-dev.yaml': 'replicas: 1\n',
    'apps/chart/values-old.yaml': 'greeting: moin\n',
  })
  await rig.inSync(revision, app)
  const name = `${rig.bundle(app)}-settings`
  expect(await json('new', app, 'cm', name, '{.data}')).toBe(
    '{"cluster":"new","greeting":"hello","replicas":"3"}',
  )
  expect(await json('old', app, 'cm', name, '{.data}')).toBe(
    '{"cluster":"old","greeting":"moin","replicas":"1"}',
  )
})

test('what a chart draws at random is another value on each cluster, and stays over commits and restarts', async () => {
  const app = 'drawn'
  const secret = [
    'apiVersion: v1',
    'kind: Secret',
    'metadata: {name: drawn}',
    'stringData: {password: {{ randAlphaNum 24 | quote }}, note: {{ .Values.note | default "a" | quote }}}',
    '',
  ].join('\n')
  const spec = `source: {path: apps/drawn}, values: ["?extra.yaml"], namespace: ${namespace(app)}, createNamespace: true`
  const first = await rig.fleet.commit({
    'apps/drawn/Chart.yaml': 'apiVersion: v2\nname: drawn\nversion: 1.0.0\n',
    'apps/drawn/templates/secret.yaml': secret,
    ...bundle(app, spec),
  })
  await rig.inSync(first, app)
  const passwords = async () =>
    await Promise.all(
      (['new', 'old'] as const).map((one) => json(one, app, 'secret', 'drawn', '{.data.password}')),
    )
  const before = await passwords()
  expect(new Set(before).size).toBe(2)
  expect(before.every((one) => one.length > 20)).toBe(true)
  await rig.hub.kill()
  await rig.start()
  const second = await rig.fleet.commit({ 'apps/drawn/extra.yaml': 'note: b\n' })
  await rig.inSync(second, app)
  expect(await json('new', app, 'secret', 'drawn', '{.data.note}')).toBe(Buffer.from('b').toString('base64'))
  expect(await passwords()).toEqual(before)
  // Nothing of a drawn value leaves the hub.
  const shown = await rig.ek('get', 'bundles', '-o', 'json')
  for (const password of before) {
    expect(shown.stdout).not.toContain(password)
    expect(rig.hub.output).not.toContain(Buffer.from(password, 'base64').toString())
  }
  // Somebody may have seen them: another rotation draws all of them anew, for this bundle, and once.
  const rotated = await rig.fleet.commit(bundle(app, `${spec}, rotation: 2`))
  await rig.inSync(rotated, app)
  const after = await passwords()
  expect(new Set([...before, ...after]).size).toBe(4)
  const same = await rig.fleet.commit({ 'apps/drawn/extra.yaml': 'note: c\n' })
  await rig.inSync(same, app)
  expect(await passwords()).toEqual(after)
})

test('a source that cannot be rendered is one clear failure on its bundle, deletes nothing, and the others go on', async () => {
  const delivered = await rig.fleet.commit({
    ...chart('sound'),
    ...bundle(
      'sound',
      `source: {path: apps/sound}, vars: {cluster: x}, namespace: ${namespace('sound')}, createNamespace: true`,
    ),
  })
  await rig.inSync(delivered, 'sound')
  const wrong: readonly (readonly [string, Record<string, string>, string])[] = [
    [
      'novalues',
      bundle('novalues', 'source: {path: apps/sound}, values: [values-none.yaml]'),
      'there is no values file apps/sound/values-none.yaml',
    ],
    [
      'nolayer',
      bundle('nolayer', 'source: {path: apps/kust}, layers: ["overlays/none"]'),
      'there is no apps/kust/overlays/none',
    ],
    [
      'novar',
      bundle('novar', 'source: {path: apps/sound}, vars: {zone: "{cluster.labels.zone}"}'),
      '{cluster.labels.zone} is not known for cluster',
    ],
    [
      'broken',
      {
        ...bundle('broken', 'source: {path: apps/broken}'),
        'apps/broken/Chart.yaml': 'apiVersion: v2\nname: broken\nversion: 1.0.0\n',
        'apps/broken/templates/a.yaml': 'a: 1\nb: {{ required "set .Values.b" .Values.b }}\n',
      },
      'apps/broken/templates/a.yaml:2',
    ],
    [
      'nochart',
      bundle(
        'nochart',
        'source: {path: ., chart: {repository: "https://charts.example.com", name: gone, version: 1.0.0}}',
      ),
      'charts.example.com',
    ],
    [
      'many',
      {
        ...bundle('many', 'source: {path: apps/many}'),
        'apps/many/all.yaml': Array.from({ length: 10_001 }, (_, index) =>
          rig.configMapFile(`m-${index}`, 'x'),
        ).join('---\n'),
      },
      '10001 objects, at most 10000',
    ],
    [
      'large',
      {
        ...bundle('large', 'source: {path: apps/large}'),
        'apps/large/one.yaml': rig.configMapFile('one', 'x'),
        ...Object.fromEntries(
          Array.from({ length: 13 }, (_, index) => [`apps/large/${index}.txt`, `${index}`.repeat(5_200_000)]),
        ),
      },
      'bytes, at most 67108864 are read',
    ],
    [
      'nowhere',
      {
        'fleet/bundles/nowhere.yaml': `${head}kind: Bundle\nmetadata: {name: ${rig.bundle('nowhere')}}\nspec: {source: {path: apps/sound}, placement: {where: "environment == 'mars'"}}\n`,
      },
      `no cluster matches placement "environment == 'mars'"`,
    ],
    [
      'digest',
      bundle(
        'digest',
        `source: {path: ., chart: {repository: "${charts.url}", name: web, version: 1.0.0, digest: "sha256:${'0'.repeat(64)}"}}`,
      ),
      'digest',
    ],
  ]
  await rig.fleet.commit(Object.assign({}, ...wrong.map(([, files]) => files)) as Record<string, string>)
  for (const [app, , message] of wrong) {
    const { stdout } = await until(
      `what is wrong with ${app} is said`,
      () => rig.ek('describe', 'bundle', rig.bundle(app)),
      (described) => described.stdout.includes(message),
    )
    expect(stdout).toContain(message)
  }
  // A chart that worked and breaks keeps what is there; the next good commit goes on.
  const broken = await rig.fleet.commit({ 'apps/sound/templates/settings.yaml': '{{ nonsense }}' })
  await until(
    'the chart is said to be broken',
    () => rig.ek('describe', 'bundle', rig.bundle('sound')),
    ({ stdout }) => stdout.includes('nonsense'),
  )
  expect(broken).toBeDefined()
  expect(await json('new', 'sound', 'cm', `${rig.bundle('sound')}-settings`, '{.data.greeting}')).toBe(
    'hello',
  )
  const mended = await rig.fleet.commit({
    ...chart('sound'),
    'apps/sound/values.yaml': 'greeting: again\nreplicas: 1\n',
  })
  await rig.inSync(mended, 'sound')
  expect(await json('new', 'sound', 'cm', `${rig.bundle('sound')}-settings`, '{.data.greeting}')).toBe(
    'again',
  )
  const deletions = rig.writes().filter((write) => write.startsWith('delete'))
  expect(deletions).toEqual([])
})
