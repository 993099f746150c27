import type { Command } from 'commander'
import { list, output, watched } from './command-options.ts'
import type { Carry } from './program.ts'
import type { Options, Session } from './session.ts'

/** The commands about long work on many clusters. */
export function addJobs(program: Command, get: Command, session: Session, carry: Carry): void {
  const working = () => import('./commands/job.ts')
  const job = program
    .command('job')
    .description('long work on many clusters: how far it is, and what became of it')
  for (const command of [job.command('list'), get.command('jobs').alias('job')]) {
    output(watched(command))
      .description('jobs, newest first')
      .option('--state <states>', 'only these states, such as running,interrupted', list)
      .action((options: Options) => carry(async () => (await working()).listJobs(session, options), options))
  }
  output(job.command('show <job>'))
    .description('how far it is, and what became of each cluster')
    .action((id: string, options: Options) =>
      carry(async () => (await working()).showJob(session, id, options), options),
    )
  output(job.command('watch <job>'))
    .description('follow it to its end; ctrl-C leaves it going, and 2 is the end of one that did not succeed')
    .action((id: string, options: Options) =>
      // It ends as a watch does: an interruption is no failure.
      carry(async () => (await working()).watchJob(session, id, options), { ...options, watch: true }),
    )
  output(job.command('cancel <job>'))
    .description('begin nothing more of it; what is under way comes to its end')
    .option('--yes', 'answer the question')
    .action((id: string, options: Options) =>
      carry(async () => (await working()).cancelJob(session, id, options), options),
    )
}
