import type { Command } from 'commander'
import type { AccessFlags } from './commands/access.ts'
import type { QuotaFlags } from './commands/quota.ts'
import { each, list, output, scoped, watched, whole } from './command-options.ts'
import type { Carry } from './program.ts'
import type { Session } from './session.ts'

/** The commands about who may do what in the clusters, and about their quotas. */
export function addAccess(program: Command, session: Session, carry: Carry): void {
  const access = program
    .command('access')
    .description('who may do what on which clusters, and by which binding')
  output(scoped(access.command('who-can <verb> <resource>')))
    .description('everybody who can, such as: who-can delete pods -n shop; who-can get secrets --user alice')
    .option('-n, --namespace <name>', 'in this namespace; in any of them, or outside, without it')
    .option('--name <name>', 'of the object of this name')
    .option('--user <name>', 'only what this user can, by name or by group')
    .option('--group <names>', 'groups of that user; alone, only what these groups can', list)
    .option('--limit <number>', 'at most so many rows', whole)
    .action((verb: string, resource: string, options: AccessFlags) =>
      carry(
        async () => (await import('./commands/access.ts')).whoCan(session, verb, resource, options),
        options,
      ),
    )
  output(scoped(access.command('matrix')))
    .description('subjects by what they can, as the number of clusters of each environment')
    .option(
      '--can <permission>',
      'a verb and a resource, such as "delete pods"; a usual set without it',
      each,
    )
    .option('-n, --namespace <name>', 'in this namespace')
    .option('--subject <text>', 'only subjects whose name holds this')
    .option('--system', "with the clusters' own subjects")
    .option('--limit <number>', 'at most so many subjects', whole)
    .action((options: AccessFlags) =>
      carry(async () => (await import('./commands/access.ts')).accessMatrix(session, options), options),
    )
  output(watched(scoped(program.command('quota'))))
    .description('how full the quotas of namespaces are, the fullest first, and when they will be')
    .option('-n, --namespace <name>', 'of this namespace')
    .option('--resource <name>', 'only this resource, such as requests.cpu')
    .option('--at-least <percent>', 'only quotas that are so full', whole)
    .option('--limit <number>', 'at most so many rows', whole)
    .action((options: QuotaFlags) =>
      carry(async () => (await import('./commands/quota.ts')).quotaCommand(session, options), options),
    )
}
