import { expect, test } from 'vitest'
import { configMap } from '../engine/manifests.ts'
import type { Rig } from '../engine/rig.ts'
import { onSharedServers, writes } from './each-rig.ts'
import { everyRequest } from './every-request.ts'

const objects = ['a', 'b', 'c'].map((name) => configMap(name))

/** Epochs begin with the second in which a store is opened: waits for another one. */
async function nextSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1000)
  while (Math.floor(Date.now() / 1000) === second) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function epochIn(r: Rig): Promise<string> {
  const path = ['get', 'configmap', r.bundle, '-n', 'evenkeel-system', '-o']
  return await r.server.mustKubectl('admin', [
    ...path,
    'jsonpath={.metadata.annotations.evenkeel\\.dev/epoch}',
  ])
}

onSharedServers((rig) => {
  test('incident 23: an engine that was paused while another one took over is fenced, and its next batches write nothing', async () => {
    const first = await rig()
    await first.deliver(objects)
    await nextSecond()
    // Another hub, with a store of its own, keeps the same bundle now.
    const second = await rig({ bundle: first.bundle, namespace: first.namespace, mode: 'ask' })
    const changed = [configMap('a', { a: '2' }), configMap('b'), configMap('c')]
    second.declare(changed, { mode: 'enforce' })
    await second.until('the other one has applied', () => second.bundleReport()?.phase === 'applied')
    expect(await epochIn(first)).toBe(String(second.journal.epoch))
    expect(second.journal.epoch).toBeGreaterThan(first.journal.epoch)
    await second.engine.stop()
    const written = await writes(first)
    const asked = await everyRequest(first.server)
    // The first one wakes up: it has heals and a commit to do.
    await first.kubectl('alice', 'patch', 'configmap', 'b', '-p', '{"data":{"a":"9"}}')
    first.declare([configMap('a', { a: '3' }), configMap('b')])
    await first.until('it is told', () => first.bundleReport()?.reason?.includes('was replaced by epoch'))
    await first.until('its heals are fenced', () =>
      first.failures.some((one) => one.includes('was replaced by')),
    )
    await first.engine.idle()
    expect(first.bundleReport()).toMatchObject({ phase: 'failed' })
    expect(await written()).toEqual([])
    expect((await first.live('configmap', 'a')).data).toMatchObject({ a: '2' })
    // A person who asks for a heal is told why there is none.
    const key = `/ConfigMap/${first.namespace}/b`
    const [answer] = await first.engine.heal({ keys: [key], actor: 'alice', requestId: 'r1' })
    expect(answer).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('was replaced by epoch'),
    })
    expect(await written()).toEqual([])
    // It does not hammer at the fence either.
    const fences = (await asked()).filter((request) => request.includes(`/configmaps/${first.bundle} `))
    expect(fences.length).toBeLessThan(12)
    expect(fences.filter((request) => request.endsWith(' 200'))).toEqual([])
    first.failures.splice(0)
  })
})
