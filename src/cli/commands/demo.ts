import { mkdtemp } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Demo, kept, Storyteller, untilInSync } from '../../demo/index.ts'
import { onTermination, systemClock } from '../../runtime/index.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import type { Environment, Terminal } from '../output/terminal.ts'
import type { Session } from '../session.ts'

/** The options of `ek demo`, as they stand on the command line. */
export interface DemoFlags {
  readonly clusters?: number
  readonly seed?: string
  readonly port?: number
  readonly calm?: boolean
  readonly keep?: boolean
}

const mostClusters = 1_000
const fewestClusters = 12

/**
 * `ek demo`: a fleet of simulated clusters with a hub, and a story that is told until it is ended. The address goes to
 * standard output as soon as the page is there, and what to try once every cluster is in sync. What
 * happened is thrown away, or kept and gone on with (`--keep`).
 */
export async function demoCommand({ terminal, environment }: Session, flags: DemoFlags): Promise<ExitCode> {
  const isKept = flags.keep === true
  const before = isKept ? await kept(keptFolder(environment)) : undefined
  const { clusters = before?.clusters ?? 300, seed = before?.seed ?? 'tradewind', port } = flags
  if (before !== undefined && (before.clusters !== clusters || before.seed !== seed)) {
    throw cliFailure(
      'usage',
      `--keep: ${keptFolder(environment)} holds ${before.clusters} clusters of seed ${before.seed}, not ${clusters} of ${seed}`,
      { hint: 'leave --clusters and --seed away to go on with them, or remove the folder to begin anew' },
    )
  }
  if (clusters < fewestClusters || clusters > mostClusters) {
    throw cliFailure('usage', `--clusters: wanted ${fewestClusters} to ${mostClusters}, found ${clusters}`)
  }
  const ended = Promise.withResolvers<void>()
  const stopping = new AbortController()
  // It may fail while something else is waited for.
  ended.promise.catch(() => stopping.abort())
  const forget = onTermination(() => {
    terminal.note('ending everything')
    stopping.abort()
    ended.resolve()
  })
  const folder = isKept ? keptFolder(environment) : await mkdtemp(join(tmpdir(), 'evenkeel-demo-'))
  try {
    const demo = await Demo.start({
      folder,
      clusters,
      seed,
      isKept,
      // This very program, whatever it was started as.
      program: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
      environment,
      say: (line) => terminal.note(line),
      onPage: (link) => {
        terminal.line(`open ${link}`)
        terminal.line('  signs one browser in, within 10 minutes; the clusters appear there as they come')
      },
      onEnd: (failure) => ended.reject(failure),
      ...(port === undefined ? {} : { port }),
    })
    let storyteller: Storyteller | undefined
    try {
      const reached = await untilInSync(demo.client, {
        goesOn: before !== undefined,
        clock: systemClock,
        signal: stopping.signal,
        onProgress: ({ inSync, clusters: all }) => terminal.note(`${inSync} of ${all} clusters in sync`),
      })
      if (!stopping.signal.aborted) {
        welcome(terminal, demo, reached?.inSync ?? 0)
        if (flags.calm !== true) storyteller = tell(terminal, demo, seed)
      }
      await ended.promise
    } finally {
      await storyteller?.stop()
      await demo.stop()
    }
  } finally {
    forget()
    if (isKept) terminal.note(`kept in ${folder}: ek demo --keep goes on with it`)
    else await Demo.remove(folder)
  }
  return exitCodes.success
}

/** Beside the data of a hub of this machine, not among them. */
function keptFolder(environment: Environment): string {
  return join(environment['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'evenkeel-demo')
}

function tell(terminal: Terminal, demo: Demo, seed: string): Storyteller {
  const { clusters, door, repository } = demo
  return new Storyteller({
    seed,
    clusters,
    door,
    repository,
    clock: systemClock,
    tell: ({ says }) => terminal.note(`· ${says}`),
    onError: (message) => terminal.note(`! ${message}`),
  })
}

function welcome(terminal: Terminal, { clusters, files, repository }: Demo, inSync: number): void {
  const named = (environment: string): string =>
    clusters.find((one) => one.environment === environment)?.name ?? ''
  const count = clusters.length
  const standing =
    inSync === count ? `All ${count} clusters are in sync` : `${inSync} of ${count} clusters are in sync`
  const lines = `
${standing}. In another terminal:

  export EVENKEEL_DATA=${files.hubData} KUBECONFIG=${files.kubeconfig}

  npx ek login --link            # signs another browser in
  npx ek status                  # where to look now

Three things to try:

  1. Push a change, and watch it arrive on the Rollouts page, stage by stage:
     git clone ${repository.address} fleet && cd fleet
     sed -i 's/cdn.shop.example/cdn2.shop.example/' apps/storefront/base/settings.yaml
     git commit -am 'Move the storefront to the other CDN' && git push

  2. Change something by hand, and find it on the Drift page a second later, under your name:
     kubectl --context ${named('prod')} -n checkout scale deployment worker --replicas 4

  3. See who changed what during the incident, and heal one of its clusters:
     npx ek get drift --bundle checkout

Ctrl-C ends everything.`
  for (const line of lines.split('\n')) terminal.line(line)
}
