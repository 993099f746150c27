import { Command } from 'commander'
import { version } from '../core/version.ts'
import { addAccess } from './access-commands.ts'
import { addAccounts } from './account-commands.ts'
import {
  clustered,
  each,
  guarded,
  list,
  namespaced,
  output,
  port,
  scoped,
  watched,
  whole,
} from './command-options.ts'
import { addDelivery } from './delivery-commands.ts'
import { addJobs } from './job-commands.ts'
import type { ExitCode } from './exit-code.ts'
import { paint } from './output/paint.ts'
import type { Options, Session } from './session.ts'
import type { DemoFlags } from './commands/demo.ts'
import type { SimFlags } from './commands/sim.ts'

interface HubFlags {
  readonly config?: string
  readonly listen?: string
  readonly data?: string
  readonly observe?: boolean
}

/** The options of `ek render`, as they stand on the command line. */
export interface RenderFlags {
  readonly values?: string[]
  readonly set?: string[]
  readonly setString?: string[]
  readonly releaseName?: string
  readonly namespace?: string
  readonly renderer?: string
  readonly kubeVersion?: string
  readonly includeCrds?: boolean
  readonly output?: string
}

/** Carries a command out and keeps its exit code. */
export type Carry = (work: () => Promise<ExitCode>, options: Options) => Promise<void>

/**
 * The command tree of cli §3, as far as it is there. Only what is needed to read the command line is loaded here: each
 * command's code is imported when it runs (cli §9).
 */
export function createProgram(session: Session, carry: Carry): Command {
  const { terminal } = session
  const program = new Command(session.program)
    .description('Keeps a fleet of Kubernetes clusters on what Git declares.')
    .version(`evenkeel ${version}`, '-V, --version')
    .option('--hub <url>', 'the hub to ask; its token stands in EVENKEEL_TOKEN')
    .showHelpAfterError('hint: add --help to see what it takes')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.raw(text),
      writeErr: (text) => terminal.note(text.replace(/\n+$/, '')),
      outputError: (text, write) => write(text.replace(/^error:/, paint('red', 'error:'))),
    })
  const get = addReading(program, session, carry)
  addDrift(program, session, carry)
  addPlans(program, session, carry)
  addDelivery(program, get, session, carry)
  addJobs(program, get, session, carry)
  addAccess(program, session, carry)
  addAccounts(program, session, carry)
  addLocal(program, session, carry)
  return program
}

/** Answers the command that lists hang below. */
function addReading(program: Command, session: Session, carry: Carry): Command {
  output(watched(scoped(program.command('status'))))
    .description('the fleet in one line, and the causes of drift')
    .action((options: Options) =>
      carry(async () => (await import('./commands/status.ts')).statusCommand(session, options), options),
    )

  const get = program.command('get').description('lists of clusters, bundles, drift, plans or events')
  output(watched(scoped(get.command('clusters').alias('cluster'))))
    .description('clusters with their state')
    .option('--state <states>', 'only these states, such as drifted,unreachable', list)
    .action((options: Options) =>
      carry(async () => (await import('./commands/get-clusters.ts')).getClusters(session, options), options),
    )
  output(watched(scoped(get.command('bundles').alias('bundle'))))
    .description('bundles with the state of their clusters')
    .action((options: Options) =>
      carry(async () => (await import('./commands/get-bundles.ts')).getBundles(session, options), options),
    )
  namespaced(output(watched(scoped(get.command('drift')))))
    .description('the fields that differ; unlike drift show it ends with 0')
    .option('--bundle <name>', 'only of this bundle')
    .option('--cause <id>', 'only of this cause')
    .action((options: Options) =>
      carry(async () => (await import('./commands/drift-show.ts')).getDrift(session, options), options),
    )
  output(watched(scoped(get.command('plans').alias('plan'))))
    .description('plans that wait for a decision')
    .option('--bundle <name>', 'only of this bundle')
    .option('--state <states>', 'plans in these states, such as executed,rejected', list)
    .action((options: Options) =>
      carry(async () => (await import('./commands/get-plans.ts')).getPlans(session, options), options),
    )
  for (const command of [get.command('events'), program.command('events')]) {
    output(watched(scoped(command)))
      .description('what happened, oldest first')
      .option('--since <span>', 'only since then: 1h30m, or a time')
      .option('--bundle <name>', 'only of this bundle')
      .option('--type <types>', 'only of these types, such as drift,healed', list)
      .option('--limit <number>', 'at most so many, the latest', whole)
      .action((options: Options) =>
        carry(async () => (await import('./commands/events.ts')).eventsCommand(session, options), options),
      )
  }

  output(watched(scoped(program.command('search [words...]'))))
    .usage('[options] kind:Deployment image~log4j env:prod replicas>5 words')
    .description('objects of all clusters by what they are, hold and how many there are')
    .option('--limit <number>', 'at most so many', whole)
    .action((words: string[], options: Options) =>
      carry(
        async () => (await import('./commands/search.ts')).searchCommand(session, words, options),
        options,
      ),
    )

  const describe = program.command('describe').description('everything about one thing')
  const describing = () => import('./commands/describe.ts')
  output(describe.command('cluster <name>'))
    .description('identity, state with its reason, bundles')
    .action((name: string, options: Options) =>
      carry(async () => (await describing()).describeCluster(session, name, options), options),
    )
  output(describe.command('bundle <name>'))
    .description('source, and what runs where at which revision')
    .action((name: string, options: Options) =>
      carry(async () => (await describing()).describeBundle(session, name, options), options),
    )
  output(scoped(describe.command('namespace <name>')))
    .description('what runs in it on each cluster, at which commit, and which lines say so')
    .action((name: string, options: Options) =>
      carry(
        async () =>
          (await import('./commands/describe-namespace.ts')).describeNamespace(session, name, options),
        options,
      ),
    )
  output(describe.command('fleet'))
    .description('the fleet repository, its revision, and what is wrong in its files')
    .action((options: Options) =>
      carry(async () => (await describing()).describeFleet(session, options), options),
    )
  output(describe.command('plan <id>'))
    .description('what a plan would do')
    .action((id: string, options: Options) =>
      carry(async () => (await import('./commands/plan.ts')).planShow(session, id, options), options),
    )

  namespaced(output(clustered(program.command('trace [words...]'))))
    .usage('[options] <cluster> <object>')
    .description('from an object back to the commit that it comes from')
    .action((words: string[], options: Options) =>
      carry(async () => (await import('./commands/trace.ts')).traceCommand(session, words, options), options),
    )
  output(program.command('whoami'))
    .description('which cluster the kubeconfig context means, and who you are there; works without a hub')
    .option('--context <name>', 'the kubeconfig context; the current one without it')
    .action((options: Options) =>
      carry(async () => (await import('./commands/whoami.ts')).whoamiCommand(session, options), options),
    )
  output(scoped(program.command('reconcile [bundle]')))
    .description('look at the repository and the clusters now')
    .option('--wait', 'as a job, which is followed until every cluster was looked at')
    .action((bundle: string | undefined, options: Options & { readonly wait?: boolean }) =>
      carry(
        async () => (await import('./commands/reconcile.ts')).reconcileCommand(session, bundle, options),
        options,
      ),
    )
  return get
}

function addDrift(program: Command, session: Session, carry: Carry): void {
  const drift = program.command('drift').description('what differs from Git')
  namespaced(output(watched(scoped(drift.command('show [words...]')))))
    .usage('[options] [cluster] [object]')
    .description('the fields that differ, with their writers; ends with 1 when there are any')
    .option('--bundle <name>', 'only of this bundle')
    .option('--cause <id>', 'only of this cause')
    .action((words: string[], options: Options) =>
      carry(
        async () => (await import('./commands/drift-show.ts')).driftShow(session, words, options),
        options,
      ),
    )
  guarded(namespaced(output(scoped(drift.command('heal [words...]')))))
    .usage('[options] [cluster] [object]')
    .description('make live what Git declares, after a preview')
    .option('--bundle <name>', 'only of this bundle')
    .option('--cause <id>', 'only of this cause')
    .option('--context <name>', 'also compare the cluster behind this kubeconfig context with the target')
    .action((words: string[], options: Options) =>
      carry(
        async () => (await import('./commands/drift-heal.ts')).driftHeal(session, words, options),
        options,
      ),
    )
  guarded(namespaced(output(scoped(drift.command('accept [words...]')))))
    .usage('[options] <cluster> <object>')
    .description('let it be as it is: a rule in the bundle, by commit or pull request')
    .option('--path <path>', 'the field, as drift show names it')
    .option('--pr', 'on a branch of its own, with a pull request where a forge is known')
    .action((words: string[], options: Options & { readonly path?: string; readonly pr?: boolean }) =>
      carry(
        async () => (await import('./commands/drift-accept.ts')).driftAccept(session, words, options),
        options,
      ),
    )
}

function addPlans(program: Command, session: Session, carry: Carry): void {
  const plan = program.command('plan').description('what must be confirmed')
  const planning = () => import('./commands/plan.ts')
  output(plan.command('show <plan>'))
    .description('what it would do, object by object')
    .action((id: string, options: Options) =>
      carry(async () => (await planning()).planShow(session, id, options), options),
    )
  guarded(plan.command('approve <plan>'))
    .description('let it be executed')
    .action((id: string, options: Options) =>
      carry(async () => (await planning()).planApprove(session, id, options), options),
    )
  guarded(plan.command('reject <plan>'))
    .description('end it')
    .action((id: string, options: Options) =>
      carry(async () => (await planning()).planReject(session, id, options), options),
    )
}

function addLocal(program: Command, session: Session, carry: Carry): void {
  program
    .command('hub')
    .description('run a hub: on loopback, with its data under the XDG data folder, unless told otherwise')
    .option('--config <file>', 'hub.yaml')
    .option('--listen <address>', 'address and port, such as 127.0.0.1:7480')
    .option('--data <folder>', 'where the data are kept')
    .option('--observe', 'write nothing to any cluster')
    .action((flags: HubFlags) =>
      // A hub goes on until it is told to end, as a watch does.
      carry(async () => (await import('./commands/hub.ts')).hubCommand(session, flags), { watch: true }),
    )
  program
    .command('sim')
    .description('run simulated clusters that kubectl and a hub can talk to, until it is ended')
    .option('--clusters <number>', 'how many, at most 1000; one without it', whole)
    .option('--fleet <file>', 'clusters by name with what they begin with, as JSON, instead of --clusters')
    .option('--port <number>', 'the port on loopback; any that is free without it', port)
    .option('--kubeconfig <file>', 'where the kubeconfig of all of them is written')
    .option('--as <release>', 'the release of Kubernetes to behave as, 1.33 to 1.36; the newest without it')
    .option('--seed <text>', 'what everything random is made of: the same seed gives the same clusters')
    .option('--state <file>', 'go on with what is kept there, and keep it there at the end')
    .option('--audit-webhook <url>', 'where audit events are sent; {cluster} stands for the name')
    .option('--audit-token-file <file>', 'holds the token that --audit-webhook wants; read at each use')
    .option('--without <controllers>', 'leave these controllers out, such as pods,autoscaler', list)
    .action((flags: SimFlags) =>
      carry(async () => (await import('./commands/sim.ts')).simCommand(session, flags), { watch: true }),
    )
  program
    .command('demo')
    .description('a fleet of simulated clusters with a hub, and a story that is told until it is ended')
    .option('--clusters <number>', 'how many, at most 1000; 300 without it', whole)
    .option('--seed <text>', 'what everything random is made of: the same seed tells the same story')
    .option('--calm', 'start without the story')
    .option('--keep', 'keep everything when it ends, and go on with what was kept before')
    .option('--port <number>', 'the port of its pages on loopback; any that is free without it', port)
    .action((flags: DemoFlags) =>
      carry(async () => (await import('./commands/demo.ts')).demoCommand(session, flags), { watch: true }),
    )
  output(program.command('lint [folder]'))
    .description('problems in the files of a fleet, by file and line; works without a hub')
    .action((folder: string | undefined, options: Options) =>
      carry(
        async () => (await import('./commands/lint.ts')).lintCommand(session, folder ?? '.', options),
        options,
      ),
    )
  program
    .command('render <path>')
    .description('the objects of a Kustomize tree, Helm chart or folder of YAML; works without a hub')
    .option('-f, --values <file>', 'values of a chart; a later file wins', each)
    .option('--set <key=value>', 'one value of a chart, as helm takes it', each)
    .option('--set-string <key=value>', 'one value of a chart that stays text', each)
    .option('--release-name <name>', 'the name that a chart is rendered under; release without it')
    .option('-n, --namespace <name>', 'the namespace that a chart is rendered for; default without it')
    .option('--kube-version <version>', 'the Kubernetes version that a chart is rendered for')
    .option('--include-crds', 'with the definitions in the crds folder of a chart')
    .option('--renderer <name>', 'plain, kustomize or helm; found by content without it')
    .option('-o, --output <form>', 'yaml or json; yaml without it')
    .action((path: string, flags: RenderFlags) =>
      carry(async () => (await import('./commands/render.ts')).renderCommand(session, path, flags), {}),
    )
  program
    .command('completion <shell>')
    .description('print the completion script of bash, zsh or fish; or install the scripts of all three')
    .usage('bash|zsh|fish|install')
    .action((shell: string, options: Options) =>
      carry(
        async () => (await import('./commands/completion.ts')).completionCommand(session, shell),
        options,
      ),
    )
  program
    .command('__complete [words...]', { hidden: true })
    .allowUnknownOption()
    .helpOption(false)
    .action((words: string[], options: Options) =>
      carry(
        async () => (await import('./commands/complete.ts')).completeCommand(session, program, words),
        options,
      ),
    )
}
