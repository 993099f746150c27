import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type JsonMap, mapOf, textOf } from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import { configMap, deployment, service } from '../manifests.ts'
import type { Stage } from '../stage.ts'
import { counted, get, grow, itemsIn, rollOut } from './grown.ts'

const web = (on: Stage): string => on.at('apps/v1', 'deployments/web')
const settings = (on: Stage): string => on.at('v1', 'configmaps/settings')

/** Objects as they are written, with values of the chart in their places. */
const templates: Readonly<Record<string, string>> = {
  'web.yaml': JSON.stringify(deployment({ replicas: 2 })).replace(
    '"replicas":2',
    '"replicas":{{ .Values.replicas }}',
  ),
  'service.yaml': JSON.stringify(service()),
  'settings.yaml': JSON.stringify(configMap({ a: '{{ .Values.text }}' })),
  'hook.yaml': JSON.stringify(
    configMap(
      { a: '{{ .Release.Revision }}' },
      { name: 'hooked', annotations: { 'helm.sh/hook': 'pre-upgrade' } },
    ),
  ),
  'NOTES.txt': 'Have {{ .Values.replicas }} of them.',
}

/** Plays with a chart in a folder. */
async function withChart(play: (chart: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-chart-'))
  const files: Readonly<Record<string, string>> = {
    'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.2.3\nappVersion: "7"\n',
    'values.yaml': 'replicas: 2\ntext: first\n',
    ...Object.fromEntries(Object.entries(templates).map(([name, text]) => [`templates/${name}`, text])),
  }
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    await play(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What helm prints, without the times of its clock, and without the width that they give a column. */
function undated(text: string): string {
  return text
    .replaceAll(/\b[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}/g, '<time>')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]* ?(Z|[+-]\d\d:?\d\d( \w+)?)/g, '<time>')
    .replaceAll(/UPDATED +/g, 'UPDATED ')
}

/** Runs helm with the folder of the chart, which has another name on each side. */
async function helm(on: Stage, chart: string, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await on.quietHelm(args.map((word) => (word === 'CHART' ? chart : word)))
  on.note(`helm ${args.join(' ')}`, {
    code,
    // Then follow the objects with their ages.
    stdout: undated(stdout).split('RESOURCES:')[0] ?? '',
    stderr: undated(stderr).replaceAll(chart, 'CHART'),
  })
}

/** The objects of the release, and of helm's own Secrets their names and labels. */
async function noteRelease(on: Stage): Promise<void> {
  // Its controller numbers it at some time.
  await on.until(get(web(on)), ({ body }) =>
    JSON.stringify(body).includes('deployment.kubernetes.io/revision"'),
  )
  for (const path of [settings(on), on.at('v1', 'configmaps/hooked'), on.at('v1', 'services/web')])
    await on.get(path)
  const { spec, metadata } = mapOf((await on.quiet(get(web(on)))).body)
  const { annotations, labels, generation } = mapOf(metadata)
  on.note('the Deployment', {
    spec: spec ?? null,
    annotations: annotations ?? {},
    labels: labels ?? {},
    generation: generation ?? null,
  })
  const releases = itemsIn(await on.quiet(get(`${on.at('v1', 'secrets')}?labelSelector=owner%3Dhelm`)))
  const shown = releases.map((one) => {
    const { name, labels: own } = mapOf(one.metadata)
    const { modifiedAt: _, ...rest } = mapOf(own)
    return { name: name ?? '', labels: rest, type: one.type ?? '' }
  })
  on.note('releases', shown)
}

/** Lines of `kubectl explain` that do not depend on descriptions, which a simulated server does not publish. */
function withoutProse(text: string): string {
  const told = /^[A-Z]+:|\t<|^\s*enum:/
  return text
    .split('\n')
    .filter((line) => told.test(line) && !line.startsWith('DESCRIPTION:'))
    .join('\n')
}

/** What plays before this one have defined may still be known. */
function builtIn(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/\bc-[0-9a-f]{8}\.dev\b/.test(line))
    .map((line) => line.trimEnd().replaceAll(/ {2,}/g, '  '))
    .join('\n')
}

function sorted(text: string): string {
  return text.split('\n').toSorted().join('\n')
}

/** A difference without the names and times of kubectl's own files. */
function withoutFiles(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^(diff |--- |\+\+\+ )/.test(line))
    .join('\n')
    .replaceAll(/uid: [-0-9a-f]{36}/g, 'uid: <uid>')
    .replaceAll(/resourceVersion: "\d+"/g, 'resourceVersion: <revision>')
}

const yaml = (object: JsonMap): string => JSON.stringify(object)

/** Programs that people use, with controllers: case 60 of the simulator's list. */
export const toolCases: readonly Case[] = [
  {
    title: '60: helm installs, upgrades, rolls back and uninstalls',
    async play(on) {
      await withChart(async (chart) => {
        await helm(on, chart, 'install', 'shop', 'CHART')
        await noteRelease(on)
        await helm(on, chart, 'install', 'shop', 'CHART')
        await helm(on, chart, 'upgrade', 'shop', 'CHART', '--set', 'text=second,replicas=3')
        await noteRelease(on)
        await helm(on, chart, 'upgrade', 'shop', 'CHART', '--set', 'replicas=-1')
        await noteRelease(on)
        await helm(on, chart, 'rollback', 'shop', '1')
        await noteRelease(on)
        await helm(on, chart, 'history', 'shop')
        await helm(on, chart, 'list')
        await helm(on, chart, 'get', 'values', 'shop', '--revision', '2')
        await helm(on, chart, 'get', 'manifest', 'shop')
        await helm(on, chart, 'status', 'shop')
        await helm(on, chart, 'uninstall', 'shop')
        await on.get(settings(on))
        await on.until(get(on.at('v1', 'pods')), (answer) => itemsIn(answer).length === 0)
        await helm(on, chart, 'uninstall', 'shop')
        await helm(on, chart, 'list')
      })
    },
  },
  {
    title: '60: helm meets what somebody else has changed or made',
    async play(on) {
      await withChart(async (chart) => {
        await on.create(on.at('v1', 'configmaps'), configMap())
        await helm(on, chart, 'install', 'shop', 'CHART')
        await on.delete(settings(on))
        await helm(on, chart, 'uninstall', 'shop')
        await helm(on, chart, 'install', 'shop', 'CHART', '--dry-run=server', '--hide-notes')
        await helm(on, chart, 'install', 'shop', 'CHART')
        await on.apply('other', settings(on), configMap({ a: 'of another' }), { force: 'true' })
        await helm(on, chart, 'upgrade', 'shop', 'CHART', '--set', 'text=second')
        await on.get(settings(on))
        await helm(on, chart, 'upgrade', 'shop', 'CHART', '--set', 'text=second', '--force-conflicts')
        await on.get(settings(on))
        await on.delete(on.at('v1', 'services/web'))
        await helm(on, chart, 'upgrade', 'shop', 'CHART', '--set', 'text=third', '--force-conflicts')
        // It may have another address.
        on.note('the Service', (await on.quiet(get(on.at('v1', 'services/web')))).status)
      })
    },
  },
  {
    title: '60: helm waits until a release is ready',
    async play(on) {
      await withChart(async (chart) => {
        await Promise.all([
          helm(on, chart, 'install', 'shop', 'CHART', '--wait', '--timeout', '60s'),
          rollOut(on, 'web', 2),
        ])
        await helm(on, chart, 'uninstall', 'shop', '--wait', '--timeout', '60s')
        await on.get(web(on))
      })
    },
  },
  {
    title: '60: kubectl waits, and follows rollouts',
    async play(on) {
      await grow(on)
      await on.kubectl(['rollout', 'status', 'deployment/web', '--timeout=1s'])
      await on.kubectl(['wait', '--for=condition=Available', 'deployment/web', '--timeout=1s'])
      await on.kubectl(['wait', '--for=jsonpath={.status.replicas}=2', 'deployment/web', '--timeout=1s'])
      await rollOut(on, 'web', 2)
      await on.kubectl(['rollout', 'status', 'deployment/web', '--timeout=10s'])
      await on.kubectl(['wait', '--for=condition=Available', 'deployment/web', '--timeout=10s'])
      await on.kubectl(['wait', '--for=condition=Nothing', 'deployment/web', '--timeout=1s'])
      await on.kubectl(['wait', '--for=condition=Ready', 'pods', '-l', 'app=nothing', '--timeout=1s'])
      await on.kubectl(['rollout', 'restart', 'deployment/web'])
      await rollOut(on, 'web', 2)
      for (const set of itemsIn(await on.quiet(get(on.at('apps/v1', 'replicasets')))).toSorted(byRevision))
        on.note('labels', mapOf(set.metadata).labels ?? null)
      await on.kubectl(['rollout', 'history', 'deployment/web'])
      await on.kubectl(['rollout', 'history', 'deployment/web', '--revision=2'])
      await on.kubectl(['rollout', 'undo', 'deployment/web', '--to-revision=7'])
      await on.kubectl(['delete', 'deployment/web', '--cascade=foreground', '--timeout=30s'])
      await on.kubectl(['get', 'deployments,replicasets,pods'])
      await on.kubectl(['wait', '--for=delete', 'deployment/web', '--timeout=10s'])
      await on.kubectl(['rollout', 'status', 'deployment/web', '--timeout=1s'])
    },
  },
  {
    title: '60: kubectl explains and lists what there is',
    async play(on) {
      for (const what of [
        'deployments',
        'pod.spec.containers',
        'deploy.spec.replicas',
        'cronjob.spec',
        'crd.spec',
      ]) {
        await on.kubectl(['explain', what], undefined, withoutProse)
      }
      await on.kubectl(['explain', 'service.spec', '--recursive'], undefined, withoutProse)
      await on.kubectl(['explain', 'hpa', '--api-version=autoscaling/v1'], undefined, withoutProse)
      await on.kubectl(['explain', 'deployment.spec.nothing'], undefined, withoutProse)
      await on.kubectl(['explain', 'nothings'], undefined, withoutProse)
      await on.kubectl(['api-resources'], undefined, builtIn)
      await on.kubectl(['api-resources', '--namespaced=false', '-o', 'wide'], undefined, builtIn)
      await on.kubectl(['api-resources', '--api-group=apps', '-o', 'name'])
      await on.kubectl(['api-resources', '--verbs=patch', '--categories=all', '-o', 'name'])
      await on.kubectl(['api-versions'], undefined, builtIn)
    },
  },
  {
    title: '60: kubectl asks what somebody may',
    async play(on) {
      const asked = ['auth', 'can-i']
      await on.kubectl([...asked, 'create', 'deployments'])
      await on.kubectl([...asked, 'create', 'deployments', '--as=nobody'])
      await on.kubectl([...asked, '*', '*', '--all-namespaces'])
      await on.kubectl([...asked, 'get', 'nothings'])
      await on.kubectl([...asked, 'get', '/healthz', '--as=nobody'])
      await on.kubectl([
        ...asked,
        'update',
        'deployments',
        '--subresource=scale',
        '--as=nobody',
        '--as-group=people',
      ])
      await on.kubectl([
        'create',
        'rolebinding',
        'viewers',
        '--clusterrole=system:aggregate-to-view',
        '--user=viewer',
      ])
      await on.until(
        {
          method: 'POST',
          path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
          contentType: 'application/json',
          body: JSON.stringify({
            spec: {
              user: 'viewer',
              resourceAttributes: { namespace: on.namespace, verb: 'get', resource: 'pods' },
            },
          }),
        },
        ({ body }) => mapOf(mapOf(body).status).allowed === true,
      )
      await on.kubectl([...asked, 'get', 'pods', '--as=viewer'])
      await on.kubectl([...asked, 'get', 'secrets', '--as=viewer'])
      await on.kubectl([...asked, '--list', '--as=nobody'], undefined, (text) => sorted(builtIn(text)))
      await on.kubectl([...asked, '--list', '--as=viewer'], undefined, (text) => sorted(builtIn(text)))
    },
  },
  {
    title: '60: kubectl shows what would change',
    async play(on) {
      const diff = (object: JsonMap, ...more: readonly string[]): Promise<void> =>
        on.kubectl(['diff', '-f', '-', ...more], yaml(object), withoutFiles)
      await diff(configMap())
      await on.kubectl(['apply', '-f', '-'], yaml(configMap()))
      await diff(configMap())
      await diff(configMap({ a: '2', b: '1' }))
      await diff(configMap({ a: '2' }), '--server-side')
      await diff(configMap({ a: '2' }), '--server-side', '--force-conflicts', '--field-manager=other')
      await diff({ ...configMap(), data: { a: { b: '1' } } })
      await on.kubectl(['apply', '-f', '-'], yaml(deployment()))
      await counted(on, 'web', 3)
      await diff(deployment({ replicas: 5 }))
    },
  },
]

function byRevision(one: JsonMap, other: JsonMap): number {
  const revision = ({ metadata }: JsonMap): number =>
    Number(textOf(mapOf(mapOf(metadata).annotations)['deployment.kubernetes.io/revision']))
  return revision(one) - revision(other)
}
