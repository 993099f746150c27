import { expect, test } from 'vitest'
import type { HookDeletePolicy } from '../../src/core/bundle/index.ts'
import type { JsonMap, KubeObject } from '../../src/core/object/index.ts'
import type { ContentObject } from '../../src/spoke/index.ts'
import { describeVersions } from './each-version.ts'
import { configMap, deployment } from './manifests.ts'
import type { Rig } from './rig.ts'

function job(name: string, env = '1'): KubeObject {
  const container = { name: 'job', image: 'registry.example/job:1', env: [{ name: 'STEP', value: env }] }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } },
  }
}

type Order = Pick<ContentObject, 'hook' | 'wave'>

function hook(
  when: 'before' | 'after',
  weight = 0,
  deletePolicy: readonly HookDeletePolicy[] = ['before-creation'],
): Order {
  return { hook: { when, weight, deletePolicy } }
}

/** What the Job controller and a kubelet would write. */
async function end(r: Rig, name: string, how: 'Complete' | 'Failed'): Promise<void> {
  const live = await r.live('job', name)
  const now = new Date().toISOString()
  const condition = (type: string): JsonMap => ({
    type,
    status: 'True',
    lastTransitionTime: now,
    lastProbeTime: now,
    ...(how === 'Failed' ? { reason: 'BackoffLimitExceeded', message: 'it has tried often enough' } : {}),
  })
  const first = how === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'
  const status = {
    startTime: live.metadata.creationTimestamp,
    conditions: [condition(first), condition(how)],
    ...(how === 'Complete' ? { completionTime: now, succeeded: 1 } : { failed: 1 }),
  }
  const patch = JSON.stringify({ status })
  await r.kubectl('admin', 'patch', 'job', name, '--subresource=status', '--type=merge', '-p', patch)
}

async function names(r: Rig, kind: string): Promise<string[]> {
  const text = await r.kubectl('admin', 'get', kind, '-o', 'name')
  return text
    .split('\n')
    .map((line) => line.slice(line.indexOf('/') + 1))
    .filter((name) => name !== '' && name !== 'kube-root-ca.crt')
    .toSorted()
}

/** Empty while there is none of the name. */
async function uid(r: Rig, name: string): Promise<string> {
  const fields = ['--ignore-not-found', '-o', 'jsonpath={.metadata.uid}']
  return await r.kubectl('admin', 'get', 'job', name, ...fields)
}

const isThere = (r: Rig, name: string) => async (): Promise<boolean> =>
  (await names(r, 'jobs')).includes(name)

const waitsFor = (r: Rig, text: string) => (): boolean => {
  const { phase, reason = '' } = r.bundleReport() ?? {}
  return phase === 'applying' && reason.includes(text)
}

const isApplied = (r: Rig, revision: number) => (): boolean => {
  const { phase, applied } = r.bundleReport() ?? {}
  return phase === 'applied' && applied?.revision === `rev-${revision}`
}

describeVersions('hooks', (rig) => {
  test('hooks run before and after the other objects, by weight, each to its end', async () => {
    const r = await rig()
    r.declareOrdered([
      [configMap('settings'), {}],
      [job('second'), hook('before', 5)],
      [job('first'), hook('before', -5)],
      [job('last'), hook('after')],
    ])
    await r.until('the first hook is under way', waitsFor(r, `Job ${r.namespace}/first`))
    expect([await names(r, 'jobs'), await names(r, 'configmaps')]).toEqual([['first'], []])
    await end(r, 'first', 'Complete')
    await r.until('the second is under way', waitsFor(r, `Job ${r.namespace}/second`))
    expect(await names(r, 'configmaps')).toEqual([])
    await end(r, 'second', 'Complete')
    await r.until('the last is under way', waitsFor(r, `Job ${r.namespace}/last`))
    expect(await names(r, 'configmaps')).toEqual(['settings'])
    expect(r.bundleReport()?.applied).toBeUndefined()
    await end(r, 'last', 'Complete')
    await r.until('the bundle is applied', isApplied(r, 1))
    expect(r.drift()).toEqual([])
  })

  test('a hook runs once for each rendering: not in another pass, not after a restart, but for the next rendering', async () => {
    const r = await rig()
    const declare = (value: string): void =>
      r.declareOrdered([
        [configMap('settings', { a: value }), {}],
        [job('migrate'), hook('before')],
      ])
    declare('1')
    await r.until('the hook is under way', waitsFor(r, 'migrate'))
    const first = await uid(r, 'migrate')
    await r.restart()
    await r.until('the hook is still under way', waitsFor(r, 'migrate'))
    expect(await uid(r, 'migrate')).toBe(first)
    await end(r, 'migrate', 'Complete')
    await r.until('the bundle is applied', isApplied(r, 1))
    await r.restart()
    await r.until('the bundle is applied still', isApplied(r, 1))
    r.engine.tryAgain(r.bundle)
    await r.engine.idle()
    expect(await uid(r, 'migrate')).toBe(first)
    // Its absence is no drift either.
    await r.kubectl('admin', 'delete', 'job', 'migrate')
    r.engine.reconcile()
    await r.engine.idle()
    expect([await names(r, 'jobs'), r.drift(), r.bundleReport()?.phase]).toEqual([[], [], 'applied'])
    declare('2')
    await r.until('the hook of the next rendering is under way', waitsFor(r, 'migrate'))
    await end(r, 'migrate', 'Complete')
    await r.until('the next is applied', isApplied(r, 2))
    const second = await uid(r, 'migrate')
    declare('3')
    await r.until(
      'the former object is replaced',
      async () => !['', second].includes(await uid(r, 'migrate')),
    )
  })

  test('a failed hook fails the bundle by name, nothing after it is applied, and it runs again on a word only', async () => {
    const r = await rig()
    r.declareOrdered([
      [configMap('settings'), {}],
      [job('migrate'), hook('before', 0, ['before-creation', 'succeeded'])],
    ])
    await r.until('the hook is there', isThere(r, 'migrate'))
    await end(r, 'migrate', 'Failed')
    const report = await r.until('the bundle has failed', () => {
      const now = r.bundleReport()
      return now?.phase === 'failed' && now
    })
    expect(report.reason).toContain(
      `hook Job ${r.namespace}/migrate failed: Job has failed: BackoffLimitExceeded`,
    )
    const first = await uid(r, 'migrate')
    r.engine.reconcile(r.bundle)
    await r.engine.idle()
    await r.restart()
    await r.until('the bundle has failed still', () => r.bundleReport()?.phase === 'failed')
    expect([await uid(r, 'migrate'), await names(r, 'configmaps')]).toEqual([first, []])
    r.engine.tryAgain(r.bundle)
    await r.until('another try is under way', waitsFor(r, 'migrate'))
    expect(await uid(r, 'migrate')).not.toBe(first)
    await end(r, 'migrate', 'Complete')
    await r.until('the bundle is applied', isApplied(r, 1))
    // As its delete policy says.
    expect([await names(r, 'jobs'), await names(r, 'configmaps')]).toEqual([[], ['settings']])
  })

  test('a hook that does not end in time fails the bundle, and its delete policy takes it away', async () => {
    const r = await rig({ change: { waveTimeout: 1_000 } })
    r.declareOrdered([
      [configMap('settings'), {}],
      [job('endless'), hook('before', 0, ['failed'])],
    ])
    await r.until('the bundle has failed', () => {
      const { phase, reason = '' } = r.bundleReport() ?? {}
      return phase === 'failed' && reason.includes('endless failed: it has not ended after 1 s')
    })
    await r.until('the hook is gone', async () => !(await isThere(r, 'endless')()))
    expect(await names(r, 'configmaps')).toEqual([])
  })

  test('a hook never takes the place of an object that is not ours', async () => {
    const r = await rig()
    await r.kubectlStdin('alice', job('migrate'), 'create')
    const theirs = await uid(r, 'migrate')
    r.declareOrdered([
      [configMap('settings'), {}],
      [job('migrate'), hook('before')],
    ])
    await r.until('the bundle has failed', () => {
      const { phase, reason = '' } = r.bundleReport() ?? {}
      return (
        phase === 'failed' && reason.includes('an object of its name exists that this bundle did not make')
      )
    })
    expect([await uid(r, 'migrate'), await names(r, 'configmaps')]).toEqual([theirs, []])
  })

  test('hooks are pruned when no rendering declares them any more, and with the bundle', async () => {
    const r = await rig()
    r.declareOrdered([
      [configMap('settings'), {}],
      [job('old'), hook('before')],
      [job('kept'), hook('before', 1)],
    ])
    for (const name of ['old', 'kept']) {
      await r.until(`hook ${name} is there`, isThere(r, name))
      await end(r, name, 'Complete')
    }
    await r.until('the bundle is applied', isApplied(r, 1))
    expect(await names(r, 'jobs')).toEqual(['kept', 'old'])
    r.declareOrdered([
      [configMap('settings', { a: '2' }), {}],
      [job('kept'), hook('after')],
    ])
    await r.until('the kept one runs again', async () => {
      const waiting = waitsFor(r, 'kept')()
      if (waiting) await end(r, 'kept', 'Complete')
      return waiting
    })
    await r.until('the next rendering is applied', isApplied(r, 2))
    expect(await names(r, 'jobs')).toEqual(['kept'])
    r.declare([], { withdrawn: { reason: 'no longer wanted' } })
    const plan = await r.until('the withdrawal waits', async () =>
      (await r.plans()).find(({ state }) => state === 'waiting'),
    )
    expect(plan.plan.items.map(({ ref }) => ref.kind).toSorted()).toEqual(['ConfigMap', 'Job'])
    await r.decide(plan.plan.id, 'approved')
    await r.until('the bundle is withdrawn', () => r.bundleReport()?.phase === 'withdrawn')
    await r.engine.idle()
    expect(await names(r, 'jobs')).toEqual([])
    await r.restart()
    // When it comes back, even as the rendering that it was, its hooks run again.
    r.declareOrdered([
      [configMap('settings', { a: '2' }), {}],
      [job('kept'), hook('after')],
    ])
    await r.until('the hook runs again', waitsFor(r, 'kept'))
    await end(r, 'kept', 'Complete')
    await r.until('the bundle is back', isApplied(r, 4))
  })

  test('ask names the hooks in its plan, and one approval holds until the last of them has ended', async () => {
    const r = await rig({ mode: 'ask' })
    r.declareOrdered([
      [configMap('settings'), {}],
      [configMap('later'), { wave: 2 }],
      [job('migrate'), hook('before')],
      [job('notify'), hook('after')],
    ])
    const waiting = await r.until('the plan waits', async () =>
      (await r.plans()).find(({ state }) => state === 'waiting'),
    )
    const notes = Object.fromEntries(waiting.plan.items.map(({ ref, note }) => [ref.name, note]))
    expect(notes).toEqual({
      settings: undefined,
      later: undefined,
      migrate: 'hook: runs before the other objects',
      notify: 'hook: runs after the other objects',
    })
    expect([await names(r, 'jobs'), await names(r, 'configmaps')]).toEqual([[], []])
    await r.decide(waiting.plan.id, 'approved')
    await r.until('the hook is under way', waitsFor(r, 'migrate'))
    await r.restart()
    await end(r, 'migrate', 'Complete')
    await r.until('the last hook is under way', waitsFor(r, 'notify'))
    expect(await names(r, 'configmaps')).toEqual(['later', 'settings'])
    await end(r, 'notify', 'Complete')
    await r.until('the bundle is applied', isApplied(r, 1))
    expect((await r.plans()).map(({ state }) => state)).toEqual(['executed'])
  })

  test('observe runs no hook', async () => {
    const r = await rig({ mode: 'observe' })
    r.declareOrdered([
      [configMap('settings'), {}],
      [job('migrate'), hook('before')],
    ])
    await r.until('it was looked at', () => r.bundleReport()?.phase === 'applied')
    await r.engine.idle()
    expect([await names(r, 'jobs'), r.open().map(({ ref }) => ref.name)]).toEqual([[], ['settings']])
  })

  test('a wave begins when all of the lower ones is Current', async () => {
    const r = await rig()
    r.declareOrdered([
      [configMap('late'), { wave: 1 }],
      [deployment('web', { replicas: 1 }), {}],
      [configMap('early'), { wave: -1 }],
    ])
    await r.until('the deployment is waited for', waitsFor(r, `Deployment ${r.namespace}/web`))
    expect(await names(r, 'configmaps')).toEqual(['early'])
    const { metadata } = await r.live('deployment', 'web')
    const condition = (type: string): JsonMap => ({ type, status: 'True', reason: 'Test', message: '' })
    const status = {
      observedGeneration: metadata.generation ?? 1,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      conditions: [condition('Available'), { ...condition('Progressing'), reason: 'NewReplicaSetAvailable' }],
    }
    const patch = JSON.stringify({ status })
    await r.kubectl(
      'admin',
      'patch',
      'deployment',
      'web',
      '--subresource=status',
      '--type=merge',
      '-p',
      patch,
    )
    await r.until('the bundle is applied', isApplied(r, 1))
    expect(await names(r, 'configmaps')).toEqual(['early', 'late'])
  })
})
