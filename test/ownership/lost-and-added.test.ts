import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareLive } from '../../src/core/drift/index.ts'
import { formatPath } from '../../src/core/fields/index.ts'
import type { JsonMap, KubeObject } from '../../src/core/object/index.ts'
import { SHOP_SPEC, shopDefinition } from './definitions.ts'
import { established, until } from './shop-cluster.ts'
import { additions, findings, hash, lines, MANAGER, perform, Stage, shared } from './stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(async () => {
  await stage.close()
})

describe('a value that is ours without its ownership is lost', () => {
  test('case 3: an edit back to the old value is lost, not taken; an apply makes it co-owned', async () => {
    const scene = await stage.onDeployment()
    await stage.edit(scene, { spec: { replicas: 5 } })
    await stage.edit(scene, { spec: { replicas: 3 } })
    expect(lines(await findings(stage.rest, scene))).toEqual(['lost spec.replicas by kubectl-edit'])
    const again = await perform(stage.rest, scene.path, scene.manifest)
    expect(await findings(stage.rest, again)).toEqual([])
    expect((await shared(stage.rest, again)).map(({ path }) => formatPath(path))).toEqual(['spec.replicas'])
  })

  test('case 10: after managedFields were wiped everything is lost, item by item', async () => {
    const scene = await stage.onDeployment()
    await stage.rest.patch(scene.path, 'merge', { metadata: { managedFields: [{}] } }, { manager: 'wiper' })
    const found = lines(await findings(stage.rest, scene))
    expect(found).toContain('lost spec.replicas')
    expect(found).toContain('lost spec.template.spec.containers[name="web"]')
    expect(found.filter((line) => line.includes('name="web"'))).toHaveLength(1)
    expect(found.every((line) => line.startsWith('lost '))).toBe(true)
  })
})

describe('what others add inside our containers is an addition', () => {
  test('case 21: a foreign label, an annotation and a field of spec, each with its writer', async () => {
    const scene = await stage.onDeployment()
    await stage.kubectl('label', `deployment/${scene.name}`, 'team=blue')
    await stage.kubectl('annotate', `deployment/${scene.name}`, 'note=x')
    await stage.edit(scene, { spec: { paused: true } })
    expect(await findings(stage.rest, scene)).toEqual([])
    expect(lines(await additions(stage.rest, scene))).toEqual([
      'addition metadata.annotations.note by kubectl-annotate',
      'addition metadata.labels.team by kubectl-label',
      'addition spec.paused by kubectl-edit',
    ])
  })

  test('kubectl rollout restart is one addition', async () => {
    const scene = await stage.onDeployment()
    await stage.kubectl('rollout', 'restart', `deployment/${scene.name}`)
    expect(lines(await additions(stage.rest, scene))).toEqual([
      'addition spec.template.metadata.annotations.kubectl.kubernetes.io/restartedAt by kubectl-rollout',
    ])
  })

  test('an added container is one addition; what defaults put into it is not shown', async () => {
    const scene = await stage.onDeployment()
    const added = [
      {
        op: 'add',
        path: '/spec/template/spec/containers/-',
        value: { name: 'debug', image: 'i', env: [{ name: 'B' }] },
      },
    ]
    expect((await stage.rest.patch(scene.path, 'json', added, { manager: 'kubectl-patch' })).status).toBe(200)
    const found = await additions(stage.rest, scene)
    expect(lines(found)).toEqual(['addition spec.template.spec.containers[name="debug"] by kubectl-patch'])
  })

  test('a map of several levels is one addition, and a map that we applied empty has room for some', async () => {
    const scene = await stage.onDeployment()
    await stage.rest.patch(
      scene.path,
      'json',
      [
        { op: 'add', path: '/spec/template/spec/volumes/0/emptyDir/medium', value: 'Memory' },
        {
          op: 'add',
          path: '/spec/template/spec/affinity',
          value: {
            nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] },
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 1, podAffinityTerm: { topologyKey: 'z' } },
              ],
            },
          },
        },
      ],
      { manager: 'kubectl-edit' },
    )
    expect(await findings(stage.rest, scene)).toEqual([])
    expect(lines(await additions(stage.rest, scene))).toEqual([
      'addition spec.template.spec.affinity by kubectl-edit',
      'addition spec.template.spec.volumes[name="tmp"].emptyDir.medium by kubectl-edit',
    ])
  })
})

describe('a value that nobody took responsibility for is silent', () => {
  test('case 9: a mutating policy that rewrites our field', async () => {
    const scene = await stage.onDeployment()
    const name = `cap-${scene.name}`
    const policy = {
      matchConstraints: {
        resourceRules: [
          { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments'] },
        ],
      },
      matchConditions: [{ name: 'ours', expression: `object.metadata.name == '${scene.name}'` }],
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: { expression: '[JSONPatch{op: "replace", path: "/spec/replicas", value: 2}]' },
        },
      ],
    }
    const root = '/apis/admissionregistration.k8s.io/v1'
    const kind = 'MutatingAdmissionPolicy'
    const head = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name } }
    expect(
      (await stage.rest.post(`${root}/mutatingadmissionpolicies`, { ...head, kind, spec: policy })).status,
    ).toBe(201)
    const binding = await stage.rest.post(`${root}/mutatingadmissionpolicybindings`, {
      ...head,
      kind: `${kind}Binding`,
      spec: { policyName: name },
    })
    expect(binding.status).toBe(201)
    await until(async () => {
      const answer = await stage.rest.apply(scene.path, scene.manifest, { manager: MANAGER, force: true })
      return (answer.body['spec'] as JsonMap)['replicas'] === 2
    })
    const found = await findings(stage.rest, scene)
    expect(lines(found)).toEqual(['silent spec.replicas'])
    expect(found[0]).toMatchObject({ live: 2, desired: 3 })
  })

  test('case 20: after a list became keyed, an edit of one of its items is not silent (F16f)', async () => {
    const properties = SHOP_SPEC['properties'] as JsonMap
    const items = {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string' }, value: { type: 'string' } },
    }
    const withList = (list: JsonMap): KubeObject => {
      return shopDefinition({
        ...SHOP_SPEC,
        properties: { ...properties, rules: { type: 'array', items, ...list } },
      })
    }
    const keyed = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }
    await established(stage.rest, withList({ 'x-kubernetes-list-type': 'atomic' }))
    await until(async () =>
      JSON.stringify(await stage.rest.get('/openapi/v3/apis/ownership.example.dev/v1')).includes('"rules"'),
    )
    await stage.rest.typeOf(
      { apiVersion: 'ownership.example.dev/v1', kind: 'Shop', metadata: { name: 'x' } },
      true,
    )
    const scene = await stage.onShop({
      rules: [
        { name: 'a', value: '1' },
        { name: 'b', value: '1' },
      ],
    })
    await established(stage.rest, withList(keyed))
    await until(async () =>
      JSON.stringify(await stage.rest.get('/openapi/v3/apis/ownership.example.dev/v1')).includes('["name"]'),
    )
    const type = await stage.rest.typeOf(scene.manifest, true)

    const touched = await stage.rest.patch(
      scene.path,
      'merge',
      { metadata: { labels: { touched: 'x' } } },
      { manager: 'toucher' },
    )
    expect(lines(compareLive(touched.body, scene.receipt, { manager: MANAGER, hash, type }))).toEqual([])

    const edited = await stage.rest.patch(
      scene.path,
      'json',
      [{ op: 'replace', path: '/spec/rules/1/value', value: '2' }],
      { manager: 'kubectl-edit' },
    )
    const found = lines(compareLive(edited.body, scene.receipt, { manager: MANAGER, hash, type }))
    expect(found).toEqual(['taken spec.rules by kubectl-edit (descendant)'])
    await established(stage.rest, shopDefinition())
  })
})
