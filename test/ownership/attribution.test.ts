import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  attribute,
  AuditIndex,
  type AuditMatch,
  type AuditTarget,
  parseAuditEvent,
} from '../../src/core/attribution/index.ts'
import { formatPath } from '../../src/core/fields/index.ts'
import type { KubeObject } from '../../src/core/object/index.ts'
import { findings, type Scene, Stage } from './stage.ts'
import { until } from './shop-cluster.ts'

function targetOf({ name }: Scene): AuditTarget {
  return { group: 'apps', resource: 'deployments', namespace: 'default', name }
}

async function indexOf(stage: Stage): Promise<AuditIndex> {
  const index = new AuditIndex()
  for (const line of (await readFile(stage.server.auditLog, 'utf8')).split('\n')) {
    if (line === '') continue
    const record = parseAuditEvent(JSON.parse(line))
    if (record !== undefined) index.add(record)
  }
  return index
}

/** The audit record of the last write to an object, once it is in the log. */
async function recordOf(
  stage: Stage,
  scene: Scene,
  live: KubeObject,
  manager: string | undefined,
): Promise<AuditMatch | undefined> {
  const around = Date.now()
  let match: AuditMatch | undefined
  await until(async () => {
    const index = await indexOf(stage)
    match = index.find({
      ref: targetOf(scene),
      resourceVersion: live.metadata.resourceVersion,
      around,
      manager,
    })
    return match !== undefined
  })
  return match
}

const NOW = (): string => new Date().toISOString()

describe.each([
  ['RequestResponse', 'exact'],
  ['Metadata', 'observed'],
] as const)('with audit at %s level', (audit, sure) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.open({ audit })
  })
  afterAll(async () => {
    await stage.close()
  })

  test(`case 37: the person behind kubectl scale is named, and that is ${sure}`, async () => {
    const scene = await stage.onDeployment()
    await stage.kubectl('scale', `deployment/${scene.name}`, '--replicas=7')
    const live = (await stage.rest.get(scene.path)).body
    const [finding] = await findings(stage.rest, scene)
    if (finding === undefined) throw new Error('no finding')
    const match = await recordOf(stage, scene, live, finding.holder?.manager)
    expect(attribute(finding, { observedAt: NOW(), watched: true, audit: match })).toMatchObject({
      manager: 'kubectl',
      subresource: 'scale',
      kind: 'human',
      person: 'alice',
      sure,
      whenIsBound: false,
    })
  })

  test('case 4: with audit even a removed label has a person', async () => {
    const scene = await stage.onDeployment()
    await stage.kubectl('label', `deployment/${scene.name}`, 'tier-')
    const live = (await stage.rest.get(scene.path)).body
    const [finding] = await findings(stage.rest, scene)
    if (finding === undefined) throw new Error('no finding')
    expect(formatPath(finding.path)).toBe('metadata.labels.tier')
    expect(attribute(finding, { observedAt: NOW(), watched: true })).toMatchObject({
      kind: 'unknown',
      sure: 'inferred',
    })
    // Without resourceVersions our own apply shortly before could have been it.
    const match = await recordOf(stage, scene, live, audit === 'Metadata' ? 'kubectl-label' : undefined)
    expect(attribute(finding, { observedAt: NOW(), watched: true, audit: match })).toMatchObject({
      manager: 'kubectl-label',
      kind: 'human',
      person: 'alice',
      sure,
    })
  })

  test('case 40: a service account behind kubectl is a pipeline', async () => {
    const scene = await stage.onDeployment()
    await stage.server.mustKubectl('admin', [
      '--as=system:serviceaccount:ci:deployer',
      '--as-group=system:masters',
      'set',
      'image',
      `deployment/${scene.name}`,
      'side=registry.example/side:2',
    ])
    const live = (await stage.rest.get(scene.path)).body
    const [finding] = await findings(stage.rest, scene)
    if (finding === undefined) throw new Error('no finding')
    const match = await recordOf(stage, scene, live, finding.holder?.manager)
    expect(attribute(finding, { observedAt: NOW(), watched: true, audit: match })).toMatchObject({
      manager: 'kubectl-set',
      kind: 'pipeline',
      person: 'system:serviceaccount:ci:deployer',
      sure,
    })
  })

  test('a deletion is joined by the uid that it answered, or by time', async () => {
    const scene = await stage.onDeployment()
    await stage.kubectl('delete', 'deployment', scene.name, '--wait=false')
    const query = { ref: targetOf(scene), uid: scene.receipt.uid, around: Date.now() }
    let index = new AuditIndex()
    await until(async () => {
      index = await indexOf(stage)
      return index.find(query) !== undefined
    })
    expect(index.find(query)).toMatchObject({ person: 'alice', verb: 'delete', sure })
  })

  test('a dry-run and an apply without effect are nobody’s doing', async () => {
    const scene = await stage.onDeployment()
    await stage.server.mustKubectl('bob', ['label', `deployment/${scene.name}`, 'tier-', '--dry-run=server'])
    await stage.rest.patch(
      scene.path,
      'merge',
      { metadata: { labels: { tier: 'back' } } },
      { manager: 'kubectl-edit', user: 'alice' },
    )
    const live = (await stage.rest.get(scene.path)).body
    await stage.rest.patch(
      scene.path,
      'merge',
      { metadata: { labels: { tier: 'back' } } },
      { manager: 'kubectl-patch', user: 'bob' },
    )
    expect(await recordOf(stage, scene, live, 'kubectl-edit')).toMatchObject({ person: 'alice', sure })
  })
})
