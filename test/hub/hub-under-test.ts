import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Client, createClient } from '../../src/api/index.ts'
import { createLog } from '../../src/runtime/index.ts'
import { loadHubConfig } from '../../src/hub/config/index.ts'
import { type RunningHub, startHub } from '../../src/hub/program/index.ts'

/** A fleet repository on disk, with commits like people make them. */
export interface TestFleet {
  readonly folder: string
  /** Writes and removes (undefined) files. */
  write(files: Readonly<Record<string, string | undefined>>): Promise<void>
  /** Writes them, commits, and answers the commit. */
  commit(files: Readonly<Record<string, string | undefined>>): Promise<string>
  git(...args: string[]): string
}

/** A hub in this process, with a client that may do everything and all that it logged. */
export interface TestHub {
  readonly running: RunningHub
  readonly client: Client
  readonly lines: string[]
}

export const head = 'apiVersion: evenkeel.dev/v1alpha1\n'

/** The stages of tests that are not about stages. */
export const atOnce = 'rollout: {stages: [{name: all}]}'

export async function makeTestFleet(): Promise<TestFleet> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-fleet-'))
  const git = (...args: string[]): string => {
    const identity = ['-c', 'user.name=Bob', '-c', 'user.email=bob@example.com', '-c', 'commit.gpgsign=false']
    const done = spawnSync('git', ['-C', folder, ...identity, ...args], { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`)
    return done.stdout.trim()
  }
  git('init', '--quiet', '--initial-branch=main')
  const write: TestFleet['write'] = async (files) => {
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, path)
      await mkdir(dirname(file), { recursive: true })
      if (text === undefined) await rm(file)
      else await writeFile(file, text)
    }
  }
  return {
    folder,
    git,
    write,
    async commit(files) {
      await write(files)
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '-m', 'Change the fleet')
      return git('rev-parse', 'HEAD')
    },
  }
}

/** Writes a hub.yaml and answers its path. */
export async function writeHubYaml(folder: string, spec: object): Promise<string> {
  const file = join(folder, 'hub.yaml')
  await writeFile(file, JSON.stringify({ apiVersion: 'evenkeel.dev/v1alpha1', kind: 'HubConfig', spec }))
  return file
}

export async function startTestHub(config: string): Promise<TestHub> {
  const lines: string[] = []
  const log = createLog({ level: 'debug', stream: { write: (line: string) => void lines.push(line) } })
  const running = await startHub(await loadHubConfig({ config }, {}), { log })
  return { running, client: createClient({ url: running.url, token: running.token, fetch }), lines }
}

/** Waits for a condition; fails with what was seen last when it does not come. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value> | Value,
  holds: (value: Value) => boolean,
): Promise<Value> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const value = await look()
    if (holds(value)) return value
    if (performance.now() > deadline) throw new Error(`never: ${what}: ${JSON.stringify(value, null, 1)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
