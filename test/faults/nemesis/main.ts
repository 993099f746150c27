import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { eachLimited } from '../../../src/runtime/index.ts'
import { buildProgram, shorter } from './build-program.ts'
import { type Mutant, mutants } from './mutants.ts'
import { runSeed, type RunOutcome } from './run-seed.ts'
import { themeOf } from './schedule.ts'
import { openKubernetes } from './stage.ts'

/**
 * `npm run faults`: seeds 0 to 5; `-- --seeds N` for N of them from `--from`, `-- --seed S` to replay one,
 * `-- --mutants` to prove that the oracle catches wrong programs (`--only I` for those of one invariant). Several run at
 * once (`--at-once N`): most of a run is waiting. `--evidence FOLDER` keeps what was seen and told. The exit code is 0
 * when no invariant broke, or when every mutant was caught.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '6' },
    from: { type: 'string', default: '0' },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string' },
    evidence: { type: 'string' },
    'at-once': { type: 'string', default: '3' },
  },
})
const atOnce = Number(values['at-once'])
const folder = await mkdtemp(join(tmpdir(), 'evenkeel-faults-'))
const kubernetes = await openKubernetes()
try {
  const passed = values.mutants ? await proveMutants() : await runSeeds()
  process.exitCode = passed ? 0 : 1
} finally {
  await kubernetes.close()
  await rm(folder, { recursive: true, force: true })
}

async function runSeeds(): Promise<boolean> {
  const program = await buildProgram(join(folder, 'program'), shorter)
  const { seed, seeds, from } = values
  const numbers =
    seed === undefined ? Array.from({ length: Number(seeds) }, (_, i) => Number(from) + i) : [Number(seed)]
  let broken = 0
  await eachLimited(numbers, atOnce, async (number) => {
    const outcome = await runSeed(kubernetes, program, number)
    tell(outcome)
    if (values.evidence !== undefined)
      await writeEvidence(join(values.evidence, `seed-${number}.jsonl`), outcome)
    if (outcome.violations.length > 0) broken += 1
  })
  console.log(`${numbers.length} seeds, ${broken} of them broke an invariant`)
  return broken === 0
}

async function proveMutants(): Promise<boolean> {
  const chosen = mutants.filter(
    ({ invariant }) => values.only === undefined || invariant === Number(values.only),
  )
  let caught = 0
  await eachLimited([...chosen.entries()], atOnce, async ([number, mutant]) => {
    const program = await buildProgram(join(folder, `mutant-${number}`), [...shorter, ...mutant.changes])
    const by = await catching(mutant, program)
    if (by !== undefined) caught += 1
    const how = by ?? `NOT CAUGHT by seeds ${mutant.seeds.join(', ')}`
    console.log(`mutant ${mutant.invariant}, ${mutant.what}: ${how}`)
  })
  console.log(`${caught} of ${chosen.length} mutants caught`)
  return caught === chosen.length
}

async function catching(
  { invariant, also = [], seeds }: Mutant,
  program: string,
): Promise<string | undefined> {
  for (const seed of seeds) {
    const { violations, seconds } = await runSeed(kubernetes, program, seed)
    const shown = violations.find((one) => one.invariant === invariant || also.includes(one.invariant))
    if (shown !== undefined)
      return `caught by seed ${seed} after ${seconds} s: invariant ${shown.invariant}: ${shown.message}`
  }
  return undefined
}

/** Every request to a cluster and everything that the hub told, in order, for whoever looks into a broken seed. */
async function writeEvidence(
  file: string,
  { evidence: { seen, told, heads, faults } }: RunOutcome,
): Promise<void> {
  const all = [
    ...seen.map((one) => ({ is: 'seen', ...one })),
    ...told.map((one) => ({ is: 'told', ...one })),
    ...heads.map((one) => ({ is: 'head', ...one })),
    ...faults.map((one) => ({ is: 'fault', ...one })),
  ]
  const lines = all.toSorted((a, b) => a.order - b.order).map((one) => `${JSON.stringify(one)}\n`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, lines.join(''))
}

function tell({ seed, seconds, requests, deletions, acts, violations }: RunOutcome): void {
  const done = Object.entries(acts).map(([act, times]) => `${times} ${act}`)
  const counts = `${seconds} s, ${requests} requests, ${deletions} deletions`
  console.log(`seed ${seed} (${themeOf(seed)}): ${counts}; ${done.join(', ')}`)
  for (const { invariant, message } of violations) console.log(`  invariant ${invariant}: ${message}`)
  if (violations.length > 0) console.log(`  replay: npm run faults -- --seed ${seed}`)
}
