import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyOf, nameOf, type ObjectRef } from '../object/index.ts'
import { type InventoryEntry, inventoryDiff } from './inventory.ts'
import { planPrune, type PruneBound, type PrunePlan, type PruneRule } from './prune-plan.ts'

const KINDS = [
  ['', 'Namespace'],
  ['', 'ConfigMap'],
  ['', 'PersistentVolumeClaim'],
  ['apps', 'Deployment'],
  ['example.dev', 'Shop'],
  ['apiextensions.k8s.io', 'CustomResourceDefinition'],
  ['admissionregistration.k8s.io', 'ValidatingWebhookConfiguration'],
] as const

function ref(group: string, kind: string, name = 'x'): ObjectRef {
  return { group, kind, namespace: kind === 'Namespace' ? '' : 'shop', name }
}

function entry(of: ObjectRef, uid: string | undefined = `uid of ${keyOf(of)}`): InventoryEntry {
  return { apiVersion: of.group === '' ? 'v1' : `${of.group}/v1`, ref: of, uid }
}

const WIDE: PruneBound = { maxObjects: 1000, maxPercent: 100 }

function plan(
  orphans: readonly InventoryEntry[],
  more: Partial<Parameters<typeof planPrune>[0]> = {},
): PrunePlan {
  return planPrune({ orphans, rule: 'auto', total: 100, bound: WIDE, renderComplete: true, ...more })
}

function configMaps(count: number): InventoryEntry[] {
  return Array.from({ length: count }, (_, index) => entry(ref('', 'ConfigMap', `c${index}`)))
}

describe('deletions are planned', () => {
  test('case 35: custom resources before definitions, workloads before configuration before namespaces', () => {
    const orphans = KINDS.map(([group, kind]) => entry(ref(group, kind)))
    expect(plan(orphans).deletions.map((step) => step.entry.ref.kind)).toEqual([
      'ValidatingWebhookConfiguration',
      'Shop',
      'Deployment',
      'ConfigMap',
      'PersistentVolumeClaim',
      'CustomResourceDefinition',
      'Namespace',
    ])
  })

  test('incident 1: never from an incomplete render, and not for a bundle that prunes never', () => {
    for (const more of [{ renderComplete: false }, { rule: 'never' as const }]) {
      const planned = plan(configMaps(2), more)
      expect(planned.deletions).toEqual([])
      expect(planned.skipped).toHaveLength(2)
    }
  })

  test('never for a member that was recorded without uid', () => {
    const unproven = { ...entry(ref('', 'ConfigMap')), uid: undefined }
    const planned = plan([unproven, { ...unproven, uid: '' }])
    expect(planned.deletions).toEqual([])
    expect(planned.skipped[0]?.reason).toContain('without uid')
    expect(planned.confirm).toEqual([])
  })
})

describe('somebody must approve', () => {
  test('what takes other things along', () => {
    for (const [group, kind] of [
      ['', 'Namespace'],
      ['', 'PersistentVolume'],
      ['', 'PersistentVolumeClaim'],
      ['apiextensions.k8s.io', 'CustomResourceDefinition'],
    ] as const) {
      expect(plan([entry(ref(group, kind))]).confirm, kind).toEqual([
        expect.stringContaining(nameOf(ref(group, kind))),
      ])
    }
    expect(plan([entry(ref('apps', 'Deployment'))]).confirm).toEqual([])
  })

  test('incident 1: the deletion of all that was applied', () => {
    expect(plan(configMaps(3), { total: 3 }).confirm).toEqual([
      expect.stringContaining('all 3 recorded objects'),
    ])
    expect(plan(configMaps(2), { total: 3 }).confirm).toEqual([])
  })

  test('case 36: more than the bound, by number or by share; one object is within any share', () => {
    const bound = { maxObjects: 5, maxPercent: 10 }
    expect(plan(configMaps(5), { bound }).confirm).toEqual([])
    expect(plan(configMaps(6), { bound }).confirm).toEqual(['6 deletions, at most 5 without approval'])
    expect(plan(configMaps(3), { bound, total: 20 }).confirm).toEqual([
      '3 of 20 objects, at most 10 % without approval',
    ])
    expect(plan(configMaps(1), { bound, total: 4 }).confirm).toEqual([])
  })

  test('everything, where the bundle asks', () => {
    expect(plan(configMaps(1), { rule: 'confirm' }).confirm).toEqual(['the bundle asks before it prunes'])
    expect(plan([], { rule: 'confirm' }).confirm).toEqual([])
  })
})

describe('the set model', () => {
  const refs = fc.uniqueArray(
    fc
      .tuple(fc.constantFrom(...KINDS), fc.constantFrom('a', 'b', 'c'))
      .map(([[group, kind], name]) => ref(group, kind, name)),
    { selector: keyOf },
  )
  const recorded = refs.chain((all) =>
    fc
      .array(fc.boolean(), { minLength: all.length, maxLength: all.length })
      .map((proven) =>
        all.map((of, index) => (proven[index] === true ? entry(of) : { ...entry(of), uid: undefined })),
      ),
  )

  test('every member is kept or an orphan, every desired object kept or added', () => {
    fc.assert(
      fc.property(recorded, refs, (members, desired) => {
        const { kept, added, orphans } = inventoryDiff(members, desired)
        expect(new Set([...kept, ...orphans])).toEqual(new Set(members))
        expect(new Set([...kept.map((member) => keyOf(member.ref)), ...added.map(keyOf)])).toEqual(
          new Set(desired.map(keyOf)),
        )
      }),
    )
  })

  test('what is deleted is recorded with a uid and not desired; the rest of the orphans is skipped with a reason', () => {
    const rules = fc.constantFrom<PruneRule>('auto', 'confirm', 'never')
    fc.assert(
      fc.property(recorded, refs, rules, fc.boolean(), (members, desired, rule, renderComplete) => {
        const { orphans } = inventoryDiff(members, desired)
        const planned = planPrune({ orphans, rule, total: members.length, bound: WIDE, renderComplete })
        const wanted = new Set(desired.map(keyOf))
        for (const step of planned.deletions) {
          expect(members).toContain(step.entry)
          expect(step.entry.uid).toBeTruthy()
          expect(wanted.has(keyOf(step.entry.ref))).toBe(false)
        }
        const steps = [...planned.deletions, ...planned.skipped]
        expect(new Set(steps.map((step) => step.entry))).toEqual(new Set(orphans))
        expect(steps.every((step) => step.reason !== '')).toBe(true)
        if (!renderComplete || rule === 'never') expect(planned.deletions).toEqual([])
      }),
    )
  })
})
