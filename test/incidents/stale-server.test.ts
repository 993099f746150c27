import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configMap } from '../engine/manifests.ts'
import { connectionBy, type Rig } from '../engine/rig.ts'
import { startTcpProxy } from '../faults/tcp-proxy.ts'
import { WarpedClock } from '../faults/warped-clock.ts'
import { Started } from './each-rig.ts'
import { startSecondApiServer } from './second-api-server.ts'

const started = new Started()

async function names(r: Rig): Promise<string[]> {
  const { inventories } = await r.journal.load()
  return (inventories.get(r.bundle) ?? []).map(({ ref }) => ref.name).sort()
}

/** Every deletion by our identity that either API server was asked for, with its preconditions. */
async function deletionsIn(folder: string): Promise<string[]> {
  const texts = await Promise.all(
    ['audit.log', 'audit-2.log'].map((file) => readFile(join(folder, file), 'utf8').catch(() => '')),
  )
  return texts.flatMap((text) =>
    text.split('\n').flatMap((line) => {
      if (!line.includes('"verb":"delete"') || !line.includes('"username":"evenkeel"')) return []
      const { stage, objectRef, requestObject, responseStatus } = JSON.parse(line) as {
        stage: string
        objectRef: { name: string }
        requestObject?: { preconditions?: object }
        responseStatus?: { code: number }
      }
      if (stage !== 'ResponseComplete') return []
      const conditions = Object.keys(requestObject?.preconditions ?? {})
        .sort()
        .join()
      return [`${objectRef.name} ${responseStatus?.code ?? 0} ${conditions}`]
    }),
  )
}

test('incident 20: an API server that is behind its etcd is believed nothing that deletes: reads are quorum reads, deletions name uid and revision', async () => {
  const server = await started.server({ apiServerFlags: ['--request-timeout=5s'] })
  const second = await startSecondApiServer(server, started)
  const proxy = await startTcpProxy({ port: second.port })
  started.add(() => proxy.stop())
  const clock = new WarpedClock()
  const text = server.kubeconfig('evenkeel').replace(server.url, `https://127.0.0.1:${proxy.port}`)
  const r = await started.rig(server, {
    clock,
    change: { pruneBound: { maxObjects: 100, maxPercent: 100 } },
    connect: () => connectionBy(text),
  })
  await r.deliver(['stays', 'goes', 'reborn', 'lost'].map((name) => configMap(name)))
  // From now on the second server hears nothing from etcd; what it has in its cache is old.
  second.etcd.freeze()
  await r.kubectl('alice', 'delete', 'configmap', 'reborn', 'lost')
  await r.kubectl('alice', 'create', 'configmap', 'reborn', '--from-literal=mine=1')
  r.declare([configMap('stays')])
  await r.until('the deletions were tried', async () => {
    await clock.pass(1_000)
    return r.bundleReport()?.phase === 'blocked' || r.bundleReport()?.phase === 'failed'
  })
  await r.engine.idle()
  expect(await names(r)).toEqual(['goes', 'lost', 'reborn', 'stays'])
  expect((await deletionsIn(server.folder)).filter((deletion) => deletion.includes(' 200 '))).toEqual([])
  second.etcd.thaw()
  await r.until('what may go has gone', async () => {
    await clock.pass(2_000)
    return (await names(r)).join() === 'stays'
  })
  await r.until('the bundle is done', () => r.bundleReport()?.phase === 'applied')
  const done = (await deletionsIn(server.folder)).filter((deletion) => deletion.includes(' 200 '))
  expect(done).toEqual(['goes 200 resourceVersion,uid'])
  expect((await r.live('configmap', 'reborn')).data).toEqual({ mine: '1' })
  r.failures.splice(0)
})

test('incident 20: an engine that is led to an older view of the cluster neither heals nor records what is only old', async () => {
  const server = await started.server()
  const second = await startSecondApiServer(server, started)
  const proxy = await startTcpProxy({ port: Number(new URL(server.url).port) })
  started.add(() => proxy.stop())
  const clock = new WarpedClock()
  const text = server.kubeconfig('evenkeel').replace(server.url, `https://127.0.0.1:${proxy.port}`)
  const r = await started.rig(server, { clock, connect: () => connectionBy(text) })
  await r.deliver(['a', 'b'].map((name) => configMap(name)))
  second.etcd.freeze()
  await r.deliver([configMap('a', { a: '2' }), configMap('b'), configMap('c')])
  // The load balancer changes its mind: lists and watches now come from the server that knows none of that.
  proxy.aim(second.port)
  proxy.cut()
  await clock.pass(30_000)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  expect(r.drift()).toEqual([])
  second.etcd.thaw()
  // What hangs there is given up, and asked for again.
  await clock.pass(120_000)
  await r.until('it is heard again', async () => {
    await clock.pass(100)
    return r.clusterReport()?.reach === 'reachable' && r.clusterReport()?.failure === undefined
  })
  await r.kubectl('alice', 'patch', 'configmap', 'c', '-p', '{"data":{"a":"9"}}')
  await r.until('an edit is healed', async () => {
    await clock.pass(100)
    return r.drift().some(({ state }) => state === 'healed')
  })
  expect(r.drift().map(({ class: found, ref, path }) => `${found} ${ref.name} ${path}`)).toEqual([
    'taken c data.a',
  ])
  expect((await r.live('configmap', 'a')).data).toMatchObject({ a: '2' })
  expect(await deletionsIn(server.folder)).toEqual([])
  r.failures.splice(0)
})
