import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  type ApiServer,
  type AttachedApiServer,
  type EmulatedVersion,
  startApiServer,
} from '../../tools/kubernetes/index.ts'
import type { DriftRecord } from '../../src/core/ledger/index.ts'
import { unhurried } from './differences.ts'
import { kubectlEdit } from './kubectl-edit.ts'
import { configMap, deployment } from './manifests.ts'
import { type Rig, type RigOptions, startRig } from './rig.ts'

const levels = [
  ['RequestResponse', 'exact'],
  ['Metadata', 'observed'],
] as const
const versions: readonly EmulatedVersion[] = ['1.36', '1.33']

/** Waits until the record of a path names a person. */
async function explained(r: Rig, path: string, kind?: string): Promise<DriftRecord> {
  return await r.until(`the person behind ${path}`, () =>
    r
      .drift()
      .find(
        ({ path: found, ref, writer }) =>
          found === path && (kind ?? ref.kind) === ref.kind && writer.person !== undefined,
      ),
  )
}

describe.each(versions.flatMap((version) => levels.map(([level, sure]) => ({ version, level, sure }))))(
  'attribution on Kubernetes $version with audit at $level',
  ({ version, level, sure }) => {
    let server: ApiServer
    let rigs: Rig[] = []
    beforeAll(async () => {
      server = await startApiServer({ version, audit: level })
    })
    afterEach(async () => {
      await Promise.all(rigs.map((r) => r.close()))
      rigs = []
    })
    afterAll(async () => {
      await server.stop()
    })
    async function rig(options: RigOptions = {}): Promise<Rig> {
      const attached: AttachedApiServer = server
      const r = await startRig(attached, { ...unhurried, audit: true, ...options })
      rigs.push(r)
      return r
    }

    test(`case 37: the people behind an edit and a scale are named, and that is ${sure}`, async () => {
      const r = await rig()
      await r.deliver([deployment('web'), deployment('api')])
      await Promise.all([
        kubectlEdit(r, 'alice', 'deployment/web', 's/"8080"/"9090"/'),
        r.kubectl('bob', 'scale', 'deployment', 'api', '--replicas=7'),
      ])
      const edit = await explained(r, 'spec.template.spec.containers[name="web"].args')
      expect(edit).toMatchObject({
        writer: { manager: 'kubectl-edit', kind: 'human', person: 'alice' },
        sure,
        whenIsBound: false,
      })
      const scale = await explained(r, 'spec.replicas')
      expect(scale).toMatchObject({
        writer: { manager: 'kubectl', subresource: 'scale', kind: 'human', person: 'bob' },
        sure,
      })
      expect(r.drift()).toHaveLength(2)
      // The stored rows say the same.
      const stored = (await r.journal.load()).drift.map(({ writer }) => writer.person)
      expect(new Set(stored)).toEqual(new Set(['alice', 'bob']))
    })

    test('case 37: a removed label and a deletion, which leave no trace, have a person too', async () => {
      const r = await rig()
      const name = `${r.namespace}-inner`
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { tier: 'inner' } } }
      await r.deliver([deployment('web'), configMap('settings'), namespace])
      await r.kubectl('alice', 'label', 'deployment', 'web', 'tier-')
      await r.kubectl('bob', 'delete', 'configmap', 'settings')
      expect(await explained(r, 'metadata.labels.tier')).toMatchObject({
        class: 'removed',
        writer: { person: 'alice', manager: 'kubectl-label', kind: 'human' },
        sure,
      })
      await r.kubectl('bob', 'label', 'namespace', name, '--overwrite', 'tier=outer')
      expect(await explained(r, 'metadata.labels.tier', 'Namespace')).toMatchObject({
        class: 'taken',
        writer: { person: 'bob', manager: 'kubectl-label' },
        sure,
      })
      expect(await explained(r, '')).toMatchObject({
        class: 'missing',
        writer: { person: 'bob', kind: 'human' },
        sure,
      })
    })

    test('case 40: a service account behind kubectl is a pipeline, and heals by the rule for programs', async () => {
      const r = await rig({ change: { healAfter: { people: 3_600_000, others: 0 } } })
      await r.deliver([deployment('web')])
      const account = `system:serviceaccount:${r.namespace}:deployer`
      await r.kubectl('admin', 'create', 'serviceaccount', 'deployer')
      await r.kubectl(
        'admin',
        'create',
        'clusterrolebinding',
        `deployer-${r.namespace}`,
        '--clusterrole=cluster-admin',
        `--serviceaccount=${r.namespace}:deployer`,
      )
      const token = (await r.kubectl('admin', 'create', 'token', 'deployer')).trim()
      await r.kubectl(
        'alice',
        '--token',
        token,
        'set',
        'image',
        'deployment/web',
        'proxy=registry.example/proxy:3',
      )
      const path = 'spec.template.spec.containers[name="proxy"].image'
      expect(await explained(r, path)).toMatchObject({
        writer: { manager: 'kubectl-set', kind: 'pipeline', person: account },
        sure,
      })
      await r.until('it is healed', () => r.drift().some(({ state }) => state === 'healed'))
      // The same edit by a person waits.
      await r.kubectl('alice', 'set', 'image', 'deployment/web', 'proxy=registry.example/proxy:4')
      const mine = await r.until('the person is named', () =>
        r.open().find((record) => record.path === path && record.writer.person === 'alice'),
      )
      expect(mine).toMatchObject({ writer: { manager: 'kubectl-set', kind: 'human' }, sure })
      await r.engine.idle()
      expect(r.open()).toHaveLength(1)
    })
  },
)
