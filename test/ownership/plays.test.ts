import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manifestNotes } from '../../src/core/drift/index.ts'
import { formatPath } from '../../src/core/fields/index.ts'
import { deployment } from './manifests.ts'
import { additions, findings, lines, Stage, shared } from './stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(async () => {
  await stage.close()
})

describe('nothing differs', () => {
  test('case 1: between a receipt and the reply it was made from, or the same object read later', async () => {
    const scene = await stage.onDeployment()
    expect(await findings(stage.rest, scene)).toEqual([])
    expect(await additions(stage.rest, scene)).toEqual([])
    expect(await shared(stage.rest, scene)).toEqual([])
  })

  test('case 14: after a write of status', async () => {
    const scene = await stage.onDeployment()
    const status = { status: { replicas: 3, observedGeneration: 1 } }
    const metadata = { metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } } }
    const written = await stage.rest.patch(
      `${scene.path}/status`,
      'merge',
      { ...status, ...metadata },
      { manager: 'kube-controller-manager' },
    )
    expect(written.status).toBe(200)
    expect(await findings(stage.rest, scene)).toEqual([])
    expect(await additions(stage.rest, scene)).toEqual([])
  })

  test('case 17: when a second applier applies the same value, which is then co-owned', async () => {
    const scene = await stage.onDeployment()
    const same = { ...deployment(scene.name), spec: { replicas: 3 } }
    const answer = await stage.rest.apply(scene.path, same, { manager: 'other-applier' })
    expect(answer.status).toBe(200)
    expect(await findings(stage.rest, scene)).toEqual([])
    const paths = (await shared(stage.rest, scene)).map(({ path }) => formatPath(path))
    expect(paths).toEqual(['metadata.labels.app', 'metadata.labels.tier', 'spec.replicas'])
  })

  test('case 18: by a quantity that the server writes in another way; it is noted once', async () => {
    const scene = await stage.onDeployment(
      {},
      { resources: { limits: { cpu: '1000m' }, requests: { memory: '1024Mi' } } },
    )
    const notes = manifestNotes(scene.manifest, scene.reply, await stage.rest.typeOf(scene.manifest))
    expect(notes.map(({ path, manifest, reply }) => [formatPath(path), manifest, reply])).toEqual([
      ['spec.template.spec.containers[name="web"].resources.limits.cpu', '1000m', '1'],
      ['spec.template.spec.containers[name="web"].resources.requests.memory', '1024Mi', '1Gi'],
    ])
    expect(await findings(stage.rest, scene)).toEqual([])
  })

  test('after an apply of null and of empty maps', async () => {
    const scene = await stage.onDeployment(
      { paused: null, strategy: {} },
      { securityContext: {}, command: null },
    )
    expect(await findings(stage.rest, scene)).toEqual([])
  })
})

describe('a value that somebody changed is taken', () => {
  test('case 2: an edit of replicas is one finding, by its editor', async () => {
    const scene = await stage.onDeployment()
    await stage.edit(scene, { spec: { replicas: 5 } })
    const found = await findings(stage.rest, scene)
    expect(lines(found)).toEqual(['taken spec.replicas by kubectl-edit'])
    expect(found[0]).toMatchObject({ live: 5, desired: 3, holderPath: 'exact', coOwned: false })
    expect(found[0]?.holder?.time).toMatch(/^\d{4}-/)
  })

  test('case 6: kubectl set image and an edit of one of two ports of the same number differ in that item only', async () => {
    const scene = await stage.onDeployment()
    await stage.kubectl('set', 'image', `deployment/${scene.name}`, 'side=registry.example/side:2')
    const renamed = [{ op: 'add', path: '/spec/template/spec/containers/0/ports/1/name', value: 'udp' }]
    expect((await stage.rest.patch(scene.path, 'json', renamed, { manager: 'kubectl-edit' })).status).toBe(
      200,
    )
    expect(lines(await findings(stage.rest, scene))).toEqual([
      'taken spec.template.spec.containers[name="side"].image by kubectl-set',
    ])
    expect(lines(await additions(stage.rest, scene))).toEqual([
      'addition spec.template.spec.containers[name="web"].ports[containerPort=53,protocol="UDP"].name by kubectl-edit',
    ])
  })

  test('case 7: a change inside args is one atomic path', async () => {
    const scene = await stage.onDeployment()
    const change = [{ op: 'replace', path: '/spec/template/spec/containers/0/args/1', value: '--slow' }]
    await stage.rest.patch(scene.path, 'json', change, { manager: 'kubectl-edit' })
    const found = await findings(stage.rest, scene)
    expect(lines(found)).toEqual(['taken spec.template.spec.containers[name="web"].args by kubectl-edit'])
    expect(found[0]).toMatchObject({ live: ['serve', '--slow'], desired: ['serve', '--fast'] })
  })

  test('case 12: kubectl scale leaves no time, and holds the path through scale', async () => {
    const scene = await stage.onDeployment()
    await stage.kubectl('scale', `deployment/${scene.name}`, '--replicas=7')
    const [found, ...more] = await findings(stage.rest, scene)
    expect(more).toEqual([])
    expect(found).toMatchObject({
      class: 'taken',
      live: 7,
      holder: { manager: 'kubectl', subresource: 'scale' },
    })
    expect(found?.holder?.time).toBeUndefined()
  })

  test('case 13: scale of a custom resource is found, whoever owns the field afterwards', async () => {
    const scene = await stage.onShop({ replicas: 1 })
    await stage.kubectl('scale', `shops.ownership.example.dev/${scene.name}`, '--replicas=4')
    const found = await findings(stage.rest, scene)
    expect(found.map(({ path }) => formatPath(path))).toEqual(['spec.replicas'])
    expect(found[0]?.class).toBeOneOf(['taken', 'silent'])
    expect(found[0]).toMatchObject({ live: 4, desired: 1 })
  })

  test('case 11: of twelve managers the oldest read as ancient-changes', async () => {
    const scene = await stage.onDeployment()
    await stage.edit(scene, { spec: { replicas: 5 } }, 'first')
    for (let index = 0; index < 11; index += 1) {
      await stage.edit(scene, { metadata: { annotations: { [`note-${index}`]: 'x' } } }, `manager-${index}`)
    }
    expect(lines(await findings(stage.rest, scene))).toEqual(['taken spec.replicas by ancient-changes'])
  })

  test('a forcing applier takes with operation Apply', async () => {
    const scene = await stage.onDeployment()
    await stage.rest.apply(
      scene.path,
      { ...deployment(scene.name), spec: { replicas: 9 } },
      { manager: 'rival', force: true },
    )
    const [found] = await findings(stage.rest, scene)
    expect(found).toMatchObject({ class: 'taken', live: 9, holder: { manager: 'rival', operation: 'Apply' } })
  })

  test('an environment variable named twice differs, although the first value is ours', async () => {
    const scene = await stage.onDeployment()
    const twice = [
      { op: 'add', path: '/spec/template/spec/containers/0/env/-', value: { name: 'A', value: '2' } },
    ]
    expect((await stage.rest.patch(scene.path, 'json', twice, { manager: 'kubectl-edit' })).status).toBe(200)
    expect(lines(await findings(stage.rest, scene))).toContain(
      'taken spec.template.spec.containers[name="web"].env[name="A"].value by kubectl-edit (ancestor)',
    )
  })
})

describe('a field that disappeared is removed, and nobody is blamed', () => {
  test('case 4: kubectl label key-', async () => {
    const scene = await stage.onDeployment()
    await stage.kubectl('label', `deployment/${scene.name}`, 'tier-')
    const found = await findings(stage.rest, scene)
    expect(lines(found)).toEqual(['removed metadata.labels.tier'])
    expect(found[0]).toMatchObject({ live: undefined, desired: 'front', holder: undefined })
  })

  test('case 5: kubectl replace without our field', async () => {
    const scene = await stage.onDeployment()
    const { status: _status, ...object } = (await stage.rest.get(scene.path)).body
    const labels = { app: 'web' }
    const replaced = { ...object, metadata: { ...object.metadata, labels } }
    expect((await stage.rest.put(scene.path, replaced, { manager: 'kubectl-replace' })).status).toBe(200)
    expect(lines(await findings(stage.rest, scene))).toEqual(['removed metadata.labels.tier'])
  })

  test('a removed list item is one finding, however much was in it', async () => {
    const scene = await stage.onDeployment()
    await stage.rest.patch(scene.path, 'json', [{ op: 'remove', path: '/spec/template/spec/containers/1' }], {
      manager: 'kubectl-edit',
    })
    const found = await findings(stage.rest, scene)
    expect(lines(found)).toEqual(['removed spec.template.spec.containers[name="side"]'])
    expect(found[0]?.desired).toEqual({ name: 'side', image: 'registry.example/side:1' })
  })

  test('each item of a removed list is a finding, and a removed map of several levels is one', async () => {
    const scene = await stage.onDeployment()
    const all = ['ports', 'resources'].map((field) => ({
      op: 'remove',
      path: `/spec/template/spec/containers/0/${field}`,
    }))
    const answer = await stage.rest.patch(scene.path, 'json', all, { manager: 'kubectl-edit' })
    expect(answer.status).toBe(200)
    const web = 'spec.template.spec.containers[name="web"]'
    expect(lines(await findings(stage.rest, scene))).toEqual([
      `removed ${web}.ports[containerPort=53,protocol="TCP"]`,
      `removed ${web}.ports[containerPort=53,protocol="UDP"]`,
      // The server writes an empty map for the struct, so what was in it is gone, not the struct.
      `removed ${web}.resources.limits.cpu`,
      `removed ${web}.resources.limits.memory`,
      `removed ${web}.resources.requests.cpu`,
    ])
  })

  test('a removed free-form map of several levels is one finding', async () => {
    const scene = await stage.onShop({ extra: { a: { b: { c: 1, d: 2 } } } })
    await stage.edit(scene, { spec: { extra: null } })
    expect(lines(await findings(stage.rest, scene))).toEqual(['removed spec.extra'])
  })

  test('a removed set item is a finding', async () => {
    const scene = await stage.onShop({ tags: ['a', 'b'] })
    await stage.edit(scene, { spec: { tags: ['b', 'c'] } })
    expect(lines(await findings(stage.rest, scene))).toEqual(['removed spec.tags["a"]'])
    expect(lines(await additions(stage.rest, scene))).toEqual(['addition spec.tags["c"] by kubectl-edit'])
  })
})
