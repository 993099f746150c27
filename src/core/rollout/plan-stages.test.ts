import { expect, test } from 'vitest'
import { type Candidate, planStages } from './plan-stages.ts'
import { rulesOf } from './rules.ts'
import { timetable } from './timetable.ts'

function clusters(environment: string, count: number, over: Partial<Candidate> = {}): Candidate[] {
  return Array.from({ length: count }, (_, index) => ({
    view: {
      name: `${environment}-${index + 1}`,
      environment,
      labels: { region: index % 2 ? 'us' : 'eu' },
      facts: undefined,
    },
    order: environment === 'prod' ? 2 : 1,
    reachable: true,
    ...over,
  }))
}

function sizes(plan: ReturnType<typeof planStages>): unknown {
  return 'stages' in plan
    ? Object.fromEntries(plan.stages.map(({ name, clusters: of }) => [name, of.length] as const))
    : plan
}

test('by default one cluster, then a tenth, then the rest, of each environment in order', () => {
  const fleet = [...clusters('prod', 25), ...clusters('dev', 3)]
  expect(sizes(planStages(fleet, undefined, () => undefined))).toEqual({
    'dev-one': 1,
    'dev-tenth': 1,
    'dev-rest': 1,
    'prod-one': 1,
    'prod-tenth': 3,
    'prod-rest': 21,
  })
})

test("an environment's own rollout holds for its clusters, and the bundle's own for all", () => {
  const fleet = [...clusters('prod', 4), ...clusters('dev', 2)]
  const all = rulesOf({ stages: [{ name: 'all' }] })
  expect(sizes(planStages(fleet, undefined, (name) => (name === 'dev' ? all : undefined)))).toMatchObject({
    'dev-all': 2,
    'prod-one': 1,
  })
  expect(sizes(planStages(fleet, all, () => undefined))).toEqual({ all: 6 })
})

test('stages choose by expression, count and percentage, each from what is left', () => {
  const own = rulesOf({
    stages: [
      { name: 'canary', count: 1 },
      { name: 'eu', where: "labels.region == 'eu'" },
      { name: 'rest', percent: '100%' },
    ],
  })
  expect(sizes(planStages(clusters('prod', 10), own, () => undefined))).toEqual({ canary: 1, eu: 4, rest: 5 })
})

test('a cluster in no stage, and one for which nobody can say its stage, are errors before the start', () => {
  const own = rulesOf({ stages: [{ name: 'eu', where: "labels.region == 'eu'" }] })
  expect(planStages(clusters('prod', 2), own, () => undefined)).toEqual({
    message: 'cluster prod-2 is in no stage of the rollout',
    hint: 'end the rollout with a stage that has no where, percent or count',
  })
  const facts = rulesOf({ stages: [{ name: 'new', where: "facts.version == '1.36'" }] })
  expect(planStages(clusters('prod', 1), facts, () => undefined)).toMatchObject({
    message: 'stage new: no answer for cluster prod-1: no facts are known about this cluster yet',
  })
})

test('a canary that cannot be reached is not chosen while another can', () => {
  const [first, second] = clusters('dev', 2)
  if (first === undefined || second === undefined) throw new Error('two clusters')
  const plan = planStages([{ ...first, reachable: false }, second], undefined, () => undefined)
  expect(plan).toMatchObject({ stages: [{ name: 'one', clusters: ['dev-2'] }, {}] })
})

test('a timetable counts rounds, soaks and windows, and says nothing after a stage that hangs on people', () => {
  const plan = planStages(
    clusters('prod', 4),
    rulesOf({
      stages: [
        { name: 'one', count: 1, soak: '10m' },
        { name: 'two', count: 2, maxParallel: 1, gates: ['health', { approval: {} }] },
        { name: 'rest' },
      ],
    }),
    () => undefined,
  )
  if ('message' in plan) throw new Error(plan.message)
  const open = 3_600_000
  const entries = timetable(plan.stages, 0, (_, at) =>
    at < open ? { reason: 'freeze', until: open } : undefined,
  )
  expect(entries).toEqual([
    { stage: 'one', clusters: 1, startsAt: open, endsAt: open + 660_000, needs: [] },
    { stage: 'two', clusters: 2, startsAt: open + 660_000, endsAt: open + 780_000, needs: ['approval by 1'] },
    { stage: 'rest', clusters: 1, needs: [] },
  ])
})
