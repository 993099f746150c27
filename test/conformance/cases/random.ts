import fc from 'fast-check'
import type { JsonMap } from '../../../src/core/object/index.ts'
import type { Case } from '../case.ts'
import type { Stage } from '../stage.ts'

/** One write of a random play. */
interface Write {
  readonly as: 'apply' | 'force' | 'update' | 'merge' | 'strategic' | 'remove'
  readonly manager: string
  readonly on: 'deployment' | 'settings'
  readonly labels: JsonMap | null
  readonly deployment: JsonMap
  readonly data: JsonMap
  /** What a removal takes away, of each of the objects. */
  readonly paths: { readonly deployment: string; readonly settings: string }
}

const some = fc.constantFrom('1', '2', '')
const map = (...keys: readonly string[]) =>
  fc.record(Object.fromEntries(keys.map((key) => [key, some])), { requiredKeys: [] })

/** Members of a keyed list, in any order; key and first field are always there. */
const listOf = (key: string, names: readonly string[], rest: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .subarray([...names])
    .chain((chosen) => fc.shuffledSubarray(chosen, { minLength: chosen.length }))
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((name) =>
          fc.record(
            { [key]: fc.constant(name), ...rest },
            { requiredKeys: [key, ...Object.keys(rest).slice(0, 1)] },
          ),
        ),
      ),
    )

const container = {
  image: fc.constantFrom('example.dev/x:1', 'example.dev/x:2', 'example.dev/x'),
  args: fc.array(some, { maxLength: 3 }),
  env: listOf('name', ['A', 'B', 'C'], { value: some }),
  ports: fc.subarray([
    { containerPort: 80 },
    { containerPort: 81, protocol: 'UDP' },
    { containerPort: 80, protocol: 'UDP' },
  ]),
  resources: fc.constantFrom({}, { limits: { cpu: '1' } }, { limits: { cpu: '1000m', memory: '1Gi' } }),
  imagePullPolicy: fc.constantFrom('Always', 'Never'),
}

const spec = fc.record(
  {
    replicas: fc.integer({ min: 0, max: 4 }),
    paused: fc.boolean(),
    strategy: fc.constantFrom(
      { type: 'Recreate' },
      { type: 'RollingUpdate' },
      { rollingUpdate: { maxSurge: 2 } },
      {},
    ),
    containers: listOf('name', ['a', 'b', 'c'], container),
    nodeSelector: map('x', 'y'),
    tolerations: fc.subarray([
      { key: 'a', operator: 'Exists' },
      { key: 'b', value: 'c' },
    ]),
  },
  { requiredKeys: [] },
)

const write: fc.Arbitrary<Write> = fc.record({
  as: fc.constantFrom('apply', 'force', 'update', 'merge', 'strategic', 'remove'),
  manager: fc.constantFrom('one', 'two', 'three'),
  on: fc.constantFrom('deployment', 'settings'),
  labels: fc.option(map('l', 'm', 'n')),
  deployment: spec.map(deploymentSpec),
  data: map('a', 'b', 'c'),
  paths: fc.record({
    deployment: fc.constantFrom(
      '/metadata/labels/l',
      '/spec/replicas',
      '/spec/template/spec/containers/0/args',
    ),
    settings: fc.constantFrom('/metadata/labels/l', '/data/a', '/data'),
  }),
}) as fc.Arbitrary<Write>

function deploymentSpec({
  containers,
  nodeSelector,
  tolerations,
  ...rest
}: Record<string, unknown>): JsonMap {
  const app = { app: 'random' }
  const pod = Object.fromEntries(
    Object.entries({ containers, nodeSelector, tolerations }).filter(([, value]) => value !== undefined),
  )
  return {
    ...rest,
    selector: { matchLabels: app },
    template: { metadata: { labels: app }, spec: pod },
  } as JsonMap
}

/** Both objects are there before others write them. */
const begun = (['deployment', 'settings'] as const).map(
  (on): Write => ({
    as: 'apply',
    manager: 'one',
    on,
    labels: { l: '1' },
    deployment: deploymentSpec({
      replicas: 1,
      containers: [{ name: 'a', image: 'example.dev/x:1', args: ['1'] }],
    }),
    data: { a: '1', b: '1' },
    paths: { deployment: '', settings: '' },
  }),
)

/** Plays of several managers who write two objects in every way, and are often refused. */
export const randomCase: fc.Arbitrary<Case> = fc
  .array(write, { minLength: 2, maxLength: 10 })
  .map((writes) => ({
    title: 'random',
    async play(on) {
      for (const one of [...begun, ...writes]) await carryOut(on, one)
    },
    [fc.toStringMethod]: () => JSON.stringify(writes),
  }))

async function carryOut(on: Stage, { as, manager, labels, paths, ...one }: Write): Promise<void> {
  const settings = one.on === 'settings'
  const at = settings ? on.at('v1', 'configmaps/random') : on.at('apps/v1', 'deployments/random')
  const metadata = { name: 'random', ...(labels === null ? {} : { labels }) }
  const object = settings
    ? { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: one.data }
    : { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: one.deployment }
  switch (as) {
    case 'apply':
    case 'force':
      await on.apply(manager, at, object, as === 'force' ? { force: 'true' } : {})
      return
    case 'update':
      await on.update(at, object, { fieldManager: manager })
      return
    case 'remove':
      await on.patch('json', at, [{ op: 'remove', path: paths[one.on] }], { fieldManager: manager })
      return
    case 'merge':
    case 'strategic':
      await on.patch(as, at, { ...object, metadata: { labels } }, { fieldManager: manager })
  }
}
