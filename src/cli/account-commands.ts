import type { Command } from 'commander'
import { clustered, list, output } from './command-options.ts'
import type { LoginFlags } from './commands/login.ts'
import type { TokenFlags } from './commands/token.ts'
import type { Carry } from './program.ts'
import type { Options, Session } from './session.ts'

/** The commands by which people and programs come to a hub. */
export function addAccounts(program: Command, session: Session, carry: Carry): void {
  output(program.command('login [url]'))
    .description('keep the token of a hub, which is the one that is meant from now on')
    .option(
      '--token-file <file>',
      'where the token stands, or - for standard input; EVENKEEL_TOKEN without it',
    )
    .option('--link', 'instead print a link that signs a browser of this machine in')
    .action((url: string | undefined, options: LoginFlags) =>
      carry(async () => (await import('./commands/login.ts')).loginCommand(session, url, options), options),
    )
  program
    .command('logout [url]')
    .description('forget the token of a hub')
    .action((url: string | undefined, options: Options) =>
      carry(async () => (await import('./commands/login.ts')).logoutCommand(session, url), options),
    )
  program
    .command('use <cluster>')
    .description('make sure that a kubeconfig context means this cluster, and show it at the prompt')
    .option('--context <name>', 'the context; the current one without it')
    .action((cluster: string, options: Options) =>
      carry(async () => (await import('./commands/use.ts')).useCommand(session, cluster, options), options),
    )
  program
    .command('shell-init <shell>')
    .description('print code for bash, zsh or fish that shows environment and cluster at the prompt')
    .action((shell: string) =>
      carry(async () => (await import('./commands/shell-init.ts')).shellInitCommand(session, shell), {}),
    )
  const token = program.command('token').description('tokens for programs')
  const tokens = () => import('./commands/token.ts')
  output(clustered(token.command('create <label>')))
    .description('make one; its secret is printed once')
    .option('--may <privileges>', 'read, operate, approve, admin; read without it', list)
    .option('--for <span>', 'how long it is good: 12h, 90d; 30d without it')
    .option('--env <names>', 'only in these environments', list)
    .option('--bundles <names>', 'only for these bundles', list)
    .option('--namespaces <names>', 'only in these namespaces', list)
    .action((label: string, options: TokenFlags) =>
      carry(async () => (await tokens()).tokenCreate(session, label, options), options),
    )
  output(token.command('list'))
    .description('those of yours')
    .option('--of <name>', "those of somebody; '*' for everybody's")
    .action((options: TokenFlags) => carry(async () => (await tokens()).tokenList(session, options), options))
  token
    .command('revoke <token>')
    .description('take one back')
    .action((id: string, options: Options) =>
      carry(async () => (await tokens()).tokenRevoke(session, id), options),
    )
  program
    .command('api <path>')
    .description('one request to the hub as it is, such as /api/v1/status')
    .option('--data <json>', 'send this, or the file after an @, as a POST')
    .action((path: string, options: { readonly data?: string }) =>
      carry(async () => (await import('./commands/api.ts')).apiCommand(session, path, options), {}),
    )
}
