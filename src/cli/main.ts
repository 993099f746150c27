import { version } from '../core/version.ts'

const words = process.argv.slice(2)

// The one answer that needs nothing else to be loaded (cli §9).
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  process.stdout.write(`evenkeel ${version}\n`)
} else {
  const { run } = await import('./run.ts')
  process.exitCode = await run(words, {
    environment: process.env,
    out: process.stdout,
    err: process.stderr,
    in: process.stdin,
  })
}
