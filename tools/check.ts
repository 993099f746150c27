import { spawnSync } from 'node:child_process'

/** The static half of the test command: types and layers, lint, format, unused code, published schemas. */
export interface CheckResult {
  readonly name: string
  readonly passed: boolean
}

const checks: readonly (readonly [string, readonly string[]])[] = [
  ['types and layers', ['tsc', '-b']],
  ['lint', ['oxlint', '--type-aware', '--deny-warnings']],
  ['format', ['biome', 'format', '.']],
  ['unused code', ['knip']],
]

/** Runs every check, printing the output of those that fail. */
export function runChecks(): CheckResult[] {
  return checks.map(([name, [program = '', ...args]]) => {
    const done = spawnSync(program, args, { encoding: 'utf8' })
    const passed = done.status === 0
    console.log(`${passed ? 'ok  ' : 'FAIL'}  ${name}`)
    if (!passed) console.log(`${done.stdout}${done.stderr}${done.error?.message ?? ''}`)
    return { name, passed }
  })
}

if (import.meta.main) {
  process.exitCode = runChecks().every((check) => check.passed) ? 0 : 1
}
