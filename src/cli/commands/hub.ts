import { type ConfigFlags, type HubConfig, loadHubConfig } from '../../hub/config/index.ts'
import { type RunningHub, startHub } from '../../hub/program/index.ts'
import { createLog, onTermination } from '../../runtime/index.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { dataFolder } from '../hub/local-hub.ts'
import type { Session } from '../session.ts'

/**
 * `ek hub`: runs a hub in the foreground until it is asked to end. Its log goes to standard error; where it answers,
 * and what to do next, to standard output, so that a script can wait for it.
 */
export async function hubCommand(session: Session, flags: ConfigFlags): Promise<ExitCode> {
  const config = await loadHubConfig(flags, session.environment)
  let end: () => void = () => {}
  const asked = new Promise<void>((resolve) => {
    end = resolve
  })
  // Listened for from the beginning: a hub that is asked to end while it starts ends as cleanly.
  const forget = onTermination(() => end())
  try {
    const hub = await startHub(config, { log: createLog({ level: config.logLevel }) })
    try {
      sayWhere(session, config, hub)
      await asked
    } finally {
      await hub.stop()
    }
  } finally {
    forget()
  }
  return exitCodes.success
}

function sayWhere({ terminal, program, environment }: Session, config: HubConfig, hub: RunningHub): void {
  terminal.line(`hub at ${hub.url}`)
  terminal.line(`token in ${hub.localFile}; ${program} on this machine finds it there`)
  if (hub.signInLink !== undefined) {
    terminal.line(`open ${hub.signInLink.url}`)
    terminal.line(`  signs one browser in, within 10 minutes; another link: ${program} login --link`)
  }
  if (config.observe) terminal.line('observing only: nothing is written to any cluster')
  if (config.dataFolder !== dataFolder(environment)) {
    terminal.line(`next: export EVENKEEL_DATA=${config.dataFolder}`)
  }
  if (config.fleet === undefined) {
    const file = config.file ?? 'a hub.yaml, named by --config or put into ~/.config/evenkeel'
    terminal.line(`next: no fleet repository yet: set spec.fleet.url in ${file}`)
  } else terminal.line(`next: ${program} status`)
}
