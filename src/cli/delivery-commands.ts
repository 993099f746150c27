import type { Command } from 'commander'
import { guarded, list, output, scoped, watched } from './command-options.ts'
import type { Carry } from './program.ts'
import type { Options, Session } from './session.ts'

/** The commands by which changes reach clusters: what would change, runs and their stages, freezes. */
export function addDelivery(program: Command, get: Command, session: Session, carry: Carry): void {
  output(scoped(program.command('diff [bundle]')))
    .description(
      'what Git says now, or a folder that is not committed yet, against what is in force, as distinct effects; ends with 1 when anything changes',
    )
    .option('-k, --folder <path>', 'a folder of a working copy, in place of what Git says')
    .action((bundle: string | undefined, options: Options & { readonly folder?: string }) =>
      carry(async () => (await import('./commands/diff.ts')).diffCommand(session, bundle, options), options),
    )
  output(guarded(program.command('promote <bundle>')))
    .description('let what one environment has go on to the next: the rendered difference, then the approval')
    .requiredOption('--to <environment>', 'where it goes')
    .option('--from <environment>', 'where it is; the environment before without it')
    .action((bundle: string, options: Options & { readonly to: string; readonly from?: string }) =>
      carry(
        async () => (await import('./commands/promote.ts')).promoteCommand(session, bundle, options),
        options,
      ),
    )
  output(watched(get.command('rollouts').alias('rollout')))
    .description('runs of rollouts, newest first')
    .option('--bundle <name>', 'only of this bundle')
    .option('--state <states>', 'only these states, such as running,stopped', list)
    .action((options: Options) =>
      carry(async () => (await import('./commands/get-rollouts.ts')).getRollouts(session, options), options),
    )
  output(watched(get.command('freezes').alias('freeze')))
    .description('the freezes in force')
    .action((options: Options) =>
      carry(async () => (await import('./commands/freeze.ts')).getFreezes(session, options), options),
    )
  addRollout(program, session, carry)
  output(scoped(program.command('freeze')))
    .description('stop every write of ours to these clusters, or to all, at once')
    .option('--reason <text>', 'why')
    .option('--for <span>', 'end by itself after so long: 30m, 2h')
    .action((options: Options & { readonly for?: string }) =>
      carry(async () => (await import('./commands/freeze.ts')).freezeCommand(session, options), options),
    )
  guarded(program.command('thaw [freeze]'))
    .description('end a freeze: what waits is written')
    .action((name: string | undefined, options: Options) =>
      carry(async () => (await import('./commands/freeze.ts')).thawCommand(session, name, options), options),
    )
}

function addRollout(program: Command, session: Session, carry: Carry): void {
  const rollout = program.command('rollout').description('how a change reaches its clusters')
  const rolling = () => import('./commands/rollout.ts')
  output(watched(rollout.command('status [bundle]')))
    .description('stages, counts and what it waits for, of a bundle or a run; ends with 1 when it failed')
    .action((name: string | undefined, options: Options) =>
      carry(async () => (await rolling()).rolloutStatus(session, name, options), options),
    )
  guarded(rollout.command('start <bundle>'))
    .description('begin a run of what is held, because the last one was aborted or went back')
    .action((bundle: string, options: Options) =>
      carry(async () => (await rolling()).rolloutStart(session, bundle, options), options),
    )
  guarded(rollout.command('approve <bundle>'))
    .description('approve what a run waits for: its protected clusters, or its stage')
    .action((name: string, options: Options) =>
      carry(async () => (await rolling()).rolloutApprove(session, name, options), options),
    )
  const controls = [
    ['pause', 'release nothing more until it is resumed'],
    ['resume', 'go on; failures that stopped it are accepted'],
    ['skip', 'do not wait for the soak, the gates and the clusters that are away of its stage'],
    ['abort', 'end it: what is applied stays, what is under way goes back'],
    ['revert', 'send every cluster back to what it had'],
  ] as const
  for (const [action, description] of controls) {
    guarded(rollout.command(`${action} <bundle>`))
      .description(description)
      .action((name: string, options: Options) =>
        carry(async () => (await rolling()).rolloutControl(session, action, name, options), options),
      )
  }
}
