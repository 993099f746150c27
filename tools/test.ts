import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChecks } from './check.ts'

/**
 * The test command: the static checks, then every test. Ends with `N passed, N failed`, and with an exit
 * code that says the same. A run in which no test was executed has failed.
 */
interface VitestSummary {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numFailedTestSuites: number
  readonly success: boolean
}

const folder = await mkdtemp(join(tmpdir(), 'evenkeel-test-'))
const report = join(folder, 'vitest.json')
const checks = runChecks()
// Beside a whole run only: a part of it builds what it needs itself.
const programs =
  process.argv.length > 2
    ? undefined
    : spawn(
        'nice',
        ['-n', '19', 'setpriv', '--pdeathsig', 'TERM', process.execPath, 'tools/test-programs.ts'],
        { stdio: ['ignore', 'inherit', 'inherit'] },
      )
const code = await new Promise<number>((resolve) => {
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const child = spawn('vitest', [...args, ...process.argv.slice(2)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  child.on('close', (status) => resolve(status ?? 1))
})
programs?.kill()
const summary = await readFile(report, 'utf8').then(
  (text) => JSON.parse(text) as VitestSummary,
  () => undefined,
)
await rm(folder, { recursive: true, force: true })

const passed = (summary?.numPassedTests ?? 0) + checks.filter((check) => check.passed).length
let failed = (summary?.numFailedTests ?? 0) + checks.filter((check) => !check.passed).length
if (failed === 0 && (code !== 0 || summary === undefined || summary.numPassedTests === 0)) failed = 1
const skipped = summary?.numPendingTests ?? 0
if (skipped > 0) console.log(`${skipped} skipped`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
