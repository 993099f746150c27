import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { foldForAdoption, ownedByOthers, releasedBy } from '../../src/core/adoption/index.ts'
import { applyEntryOf, fieldsOfEntry } from '../../src/core/drift/index.ts'
import { FieldSet, formatPath, valueAtPath } from '../../src/core/fields/index.ts'
import type { JsonMap, KubeObject } from '../../src/core/object/index.ts'
import { fieldSetOf } from '../../src/core/schema/index.ts'
import { deployment } from './manifests.ts'
import { MANAGER, Stage } from './stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(async () => {
  await stage.close()
})

/** The JSON patch that stores a fold, refused if anybody wrote in between. */
function patchOf(live: KubeObject, managedFields: readonly unknown[]): JsonMap[] {
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion ?? '' },
    { op: 'replace', path: '/metadata/managedFields', value: managedFields as JsonMap[] },
  ]
}

function pathOf(name: string): string {
  return `/apis/apps/v1/namespaces/default/deployments/${name}`
}

async function createdByKubectl(name: string, how: 'apply' | 'create'): Promise<KubeObject> {
  await stage.server.mustKubectl(
    'alice',
    [how, '-f', '-'],
    JSON.stringify(deployment(name, { paused: true })),
  )
  return (await stage.rest.get(pathOf(name))).body
}

/** The manifest without a label, `paused`, the second container and a limit: what Git removed since. */
function reduced(name: string): KubeObject {
  const whole = deployment(name)
  const spec = whole['spec'] as { template: { spec: { containers: [JsonMap] } } }
  const [web] = spec.template.spec.containers
  return {
    ...whole,
    metadata: { name, namespace: 'default', labels: { app: 'web' } },
    spec: {
      ...spec,
      template: {
        ...spec.template,
        spec: { ...spec.template.spec, containers: [{ ...web, resources: { requests: { cpu: '100m' } } }] },
      },
    },
  }
}

describe.each(['apply', 'create'] as const)('an object made by kubectl %s', (how) => {
  test('case 23: is pruned by removals in Git once it was adopted', async () => {
    const name = `adopt-${how}`
    const live = await createdByKubectl(name, how)
    const fold = foldForAdoption(live.metadata.managedFields ?? [], MANAGER, [])
    expect(fold.folded.map(({ manager }) => manager)).toEqual([
      how === 'apply' ? 'kubectl-client-side-apply' : 'kubectl-create',
    ])
    const folded = await stage.rest.patch(pathOf(name), 'json', patchOf(live, fold.managedFields), {
      manager: MANAGER,
    })
    expect(folded.status).toBe(200)
    expect(folded.body['spec']).toEqual(live['spec'])
    expect(folded.body.metadata.managedFields?.map(({ manager, operation }) => [manager, operation])).toEqual(
      [[MANAGER, 'Apply']],
    )
    const applied = await stage.rest.apply(pathOf(name), reduced(name), { manager: MANAGER, force: true })
    expect(applied.status).toBe(200)
    expect(applied.body.metadata.labels).toEqual({ app: 'web' })
    const spec = applied.body['spec'] as { paused?: boolean; template: { spec: { containers: JsonMap[] } } }
    expect(spec.paused).toBeUndefined()
    expect(spec.template.spec.containers.map(({ name: container }) => container)).toEqual(['web'])
  })

  test('case 24: loses by the apply after the fold exactly the fields that were computed', async () => {
    const name = `fold-${how}`
    await createdByKubectl(name, how)
    // Somebody owns something inside the container that goes, and a label that stays because of that.
    await stage.kubectl('set', 'image', `deployment/${name}`, 'side=registry.example/side:2')
    const both = { ...deployment(name), spec: undefined, metadata: { name, labels: { tier: 'front' } } }
    const shared = await stage.rest.apply(pathOf(name), JSON.parse(JSON.stringify(both)) as KubeObject, {
      manager: 'other-applier',
    })
    expect(shared.status).toBe(200)
    const live = shared.body
    const desired = reduced(name)
    const takeover: string[] = []
    const fold = foldForAdoption(live.metadata.managedFields ?? [], MANAGER, takeover)
    const type = await stage.rest.typeOf(desired)
    const released = releasedBy(fold, fieldSetOf(desired, type), ownedByOthers(fold, MANAGER))

    expect(
      (await stage.rest.patch(pathOf(name), 'json', patchOf(live, fold.managedFields), { manager: MANAGER }))
        .status,
    ).toBe(200)
    const applied = await stage.rest.apply(pathOf(name), desired, { manager: MANAGER, force: true })
    expect(applied.status).toBe(200)
    const after = fieldSetOf(applied.body, type)
    const owners = (applied.body.metadata.managedFields ?? []).reduce(
      (set, entry) => set.union(fieldsOfEntry(entry)),
      FieldSet.empty,
    )
    // Released is what is gone, and what is there again as a default that nobody owns.
    const actual = [...fold.owned.members()].filter((path) => !owners.has(path) && !owners.hasChildren(path))
    expect([...released.members()].map(formatPath)).toEqual(actual.map(formatPath))
    expect(released.isEmpty).toBe(false)
    for (const path of released.members()) {
      if (valueAtPath(applied.body, path) !== undefined) expect(owners.holder(path)).toBeUndefined()
      else expect(after.has(path)).toBe(false)
    }
    const texts = actual.map(formatPath)
    expect(texts).toContain('spec.template.spec.containers[name="side"].image')
    expect(texts).not.toContain('metadata.labels.tier')
  })
})

test('case 25: a fold computed from a stale object is refused, and succeeds when computed again', async () => {
  const name = 'stale'
  const stale = await createdByKubectl(name, 'apply')
  await stage.kubectl('label', `deployment/${name}`, 'team=blue')
  const fold = foldForAdoption(stale.metadata.managedFields ?? [], MANAGER, [])
  const refused = await stage.rest.patch(pathOf(name), 'json', patchOf(stale, fold.managedFields), {
    manager: MANAGER,
  })
  expect(refused.status).toBeOneOf([409, 422])
  const live = (await stage.rest.get(pathOf(name))).body
  const again = foldForAdoption(live.metadata.managedFields ?? [], MANAGER, [])
  expect(again.folded.map(({ manager }) => manager)).toEqual(['kubectl-client-side-apply', 'kubectl-label'])
  expect(
    (await stage.rest.patch(pathOf(name), 'json', patchOf(live, again.managedFields), { manager: MANAGER }))
      .status,
  ).toBe(200)
})

test('incident 29: after a takeover from another applier a dropped field goes, and fields of a controller stay', async () => {
  const name = 'takeover'
  await stage.rest.apply(pathOf(name), deployment(name), { manager: 'argocd-controller' })
  await stage.rest.patch(
    `${pathOf(name)}/status`,
    'merge',
    { status: { replicas: 3 } },
    { manager: 'kube-controller-manager' },
  )
  await stage.rest.patch(
    pathOf(name),
    'merge',
    { metadata: { annotations: { 'x.example/c': 'y' } } },
    { manager: 'x-controller' },
  )
  const live = (await stage.rest.get(pathOf(name))).body
  const fold = foldForAdoption(live.metadata.managedFields ?? [], MANAGER, ['argocd-controller'])
  expect(
    (await stage.rest.patch(pathOf(name), 'json', patchOf(live, fold.managedFields), { manager: MANAGER }))
      .status,
  ).toBe(200)
  const applied = (await stage.rest.apply(pathOf(name), reduced(name), { manager: MANAGER, force: true }))
    .body
  expect(applied.metadata.labels).toEqual({ app: 'web' })
  expect(applied.metadata.annotations).toEqual({ 'x.example/c': 'y' })
  expect(applied.metadata.managedFields?.map(({ manager }) => manager).sort()).toEqual([
    MANAGER,
    'kube-controller-manager',
    'x-controller',
  ])
  expect(
    fieldsOfEntry(applyEntryOf(applied, MANAGER)).equals(
      fieldSetOf(reduced(name), await stage.rest.typeOf(applied)),
    ),
  ).toBe(true)
})
