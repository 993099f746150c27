import { expect, test } from 'vitest'
import type { KubeObject } from '../../src/core/object/index.ts'
import { configMap } from '../engine/manifests.ts'
import type { Part, Rig } from '../engine/rig.ts'
import { deletions, onSharedServers } from './each-rig.ts'

/** Two bundles of a rig, under names that sort as given. */
function pair(r: Rig): { a: string; b: string } {
  return { a: `${r.bundle}-a`, b: `${r.bundle}-b` }
}

/** Commits these bundles, and waits until each was looked at as of this commit. */
async function settle(r: Rig, parts: readonly Part[]): Promise<void> {
  r.declareAll(parts)
  await r.engine.idle()
  for (const { bundle } of parts) {
    await r.until(`${bundle} was looked at`, () => {
      const report = r.bundleReport(bundle)
      return report !== undefined && report.phase !== 'pending'
    })
  }
}

async function recorded(r: Rig, bundle: string): Promise<string[]> {
  return ((await r.journal.load()).inventories.get(bundle) ?? []).map(({ ref }) => ref.name).sort()
}

const stays = (bundle: string): KubeObject => configMap(`stays-${bundle.slice(-1)}`)
const moved = configMap('moved')

onSharedServers((rig) => {
  test.each([
    ['the first by name', 'the second', false],
    ['the second by name', 'the first', true],
  ])(
    'incident 6: an object that moves from %s bundle to %s in one commit keeps its uid, and goes with its new bundle',
    async (_from, _to, backwards) => {
      const r = await rig()
      const { a, b } = pair(r)
      const [from, to] = backwards ? [b, a] : [a, b]
      await settle(r, [
        { bundle: from, objects: [stays(from), moved] },
        { bundle: to, objects: [stays(to)] },
      ])
      const { uid } = (await r.live('configmap', 'moved')).metadata
      const deleted = await deletions(r)
      const after = [
        { bundle: from, objects: [stays(from)] },
        { bundle: to, objects: [stays(to), moved] },
      ]
      await settle(r, backwards ? after.toReversed() : after)
      await r.until('the new bundle holds it', async () => (await recorded(r, to)).includes('moved'))
      const live = await r.live('configmap', 'moved')
      expect(live.metadata.uid).toBe(uid)
      expect(live.metadata.labels?.['evenkeel.dev/bundle']).toBe(to)
      expect(await recorded(r, from)).toEqual([stays(from).metadata.name])
      expect(await deleted()).toEqual([])
      // Proof that deletions are counted: what leaves the new bundle goes, once.
      await settle(r, [
        { bundle: from, objects: [stays(from)] },
        { bundle: to, objects: [stays(to)] },
      ])
      await r.until('it is gone', async () => !(await recorded(r, to)).includes('moved'))
      expect(await deleted()).toEqual(['delete configmaps/moved 200'])
    },
  )

  test.each([
    ['across a restart', {}],
    ['across a restart that lost the store', { lostJournal: true }],
  ])('incident 6: a move %s keeps the uid', async (_when, how) => {
    const r = await rig()
    const { a, b } = pair(r)
    await settle(r, [
      { bundle: a, objects: [stays(a), moved] },
      { bundle: b, objects: [stays(b)] },
    ])
    const { uid } = (await r.live('configmap', 'moved')).metadata
    const deleted = await deletions(r)
    await r.engine.stop()
    r.declareAll([
      { bundle: b, objects: [stays(b), moved] },
      { bundle: a, objects: [stays(a)] },
    ])
    await r.restart(how)
    await r.until('the new bundle holds it', async () => (await recorded(r, b)).includes('moved'))
    await r.until('both are applied', () => [a, b].every((name) => r.bundleReport(name)?.phase === 'applied'))
    await r.engine.idle()
    expect((await r.live('configmap', 'moved')).metadata.uid).toBe(uid)
    expect(await recorded(r, a)).toEqual(['stays-a'])
    expect(await deleted()).toEqual([])
  })

  test('incident 6: while the new bundle cannot be read, the old one deletes nothing', async () => {
    const r = await rig()
    const { a, b } = pair(r)
    await settle(r, [
      { bundle: a, objects: [stays(a), moved] },
      { bundle: b, objects: [stays(b)] },
    ])
    const deleted = await deletions(r)
    // The commit moved it, but the new bundle's rendering is not to be had yet.
    r.declareAll([
      { bundle: a, objects: [stays(a)] },
      { bundle: b, objects: [stays(b), moved], change: { variant: 'not-to-be-had' } },
    ])
    await r.until('the new bundle fails', () => r.bundleReport(b)?.phase === 'failed')
    await r.engine.idle()
    expect(r.bundleReport(a)?.desired.revision).toBe('rev-2')
    expect(await deleted()).toEqual([])
    r.failures.splice(0)
    await settle(r, [
      { bundle: a, objects: [stays(a)] },
      { bundle: b, objects: [stays(b), moved] },
    ])
    expect(await recorded(r, b)).toEqual(['moved', 'stays-b'])
    expect(await deleted()).toEqual([])
  })

  test('incident 25: of two bundles that declare an object the second is told, and after a move it survives', async () => {
    const r = await rig()
    const { a, b } = pair(r)
    const name = `${r.namespace}-shared`
    const shared: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    await settle(r, [
      { bundle: b, objects: [stays(b), shared] },
      { bundle: a, objects: [stays(a)] },
    ])
    const deleted = await deletions(r)
    // The second claim; the first by name does not win against the one that holds it.
    await settle(r, [
      { bundle: a, objects: [stays(a), shared] },
      { bundle: b, objects: [stays(b), shared] },
    ])
    const told = r.bundleReport(a)
    expect(told?.phase).toBe('failed')
    expect(told?.troubles).toMatchObject([{ key: `/Namespace//${name}`, code: 'claimed-twice' }])
    expect(told?.troubles[0]?.message).toContain(`declared by bundle ${a} and by bundle ${b}`)
    expect(r.bundleReport(b)).toMatchObject({ phase: 'applied', troubles: [] })
    const { uid, labels } = await namespace(r, name)
    expect(labels?.['evenkeel.dev/bundle']).toBe(b)
    // The claimant gives up: the holder keeps it.
    await settle(r, [
      { bundle: a, objects: [stays(a)] },
      { bundle: b, objects: [stays(b), shared] },
    ])
    expect((await namespace(r, name)).labels?.['evenkeel.dev/bundle']).toBe(b)
    // Both again, and the holder gives up: it moves.
    await settle(r, [
      { bundle: a, objects: [stays(a), shared] },
      { bundle: b, objects: [stays(b), shared] },
    ])
    await settle(r, [
      { bundle: a, objects: [stays(a), shared] },
      { bundle: b, objects: [stays(b)] },
    ])
    await r.until('it moved', async () => (await recorded(r, a)).includes(name))
    expect(await recorded(r, b)).toEqual(['stays-b'])
    const after = await namespace(r, name)
    expect(after.uid).toBe(uid)
    expect(after.labels?.['evenkeel.dev/bundle']).toBe(a)
    expect(await deleted()).toEqual([])
    expect(await r.plans()).toEqual([])
  })

  test('incident 25: a bundle that is withdrawn takes nothing along that another one declares', async () => {
    const r = await rig()
    const { a, b } = pair(r)
    await settle(r, [
      { bundle: a, objects: [moved] },
      { bundle: b, objects: [stays(b)] },
    ])
    const { uid } = (await r.live('configmap', 'moved')).metadata
    const deleted = await deletions(r)
    const gone = { withdrawn: { reason: 'no cluster matches its placement' } }
    await settle(r, [
      { bundle: a, objects: [moved], change: gone },
      { bundle: b, objects: [stays(b), moved] },
    ])
    await r.until('the other one holds it', async () => (await recorded(r, b)).includes('moved'))
    await r.until('it is withdrawn', () => r.bundleReport(a)?.phase === 'withdrawn')
    expect((await r.live('configmap', 'moved')).metadata.uid).toBe(uid)
    expect(await deleted()).toEqual([])
  })
})

async function namespace(r: Rig, name: string): Promise<KubeObject['metadata']> {
  const text = await r.server.mustKubectl('admin', ['get', 'namespace', name, '-o', 'json'])
  return (JSON.parse(text) as KubeObject).metadata
}
