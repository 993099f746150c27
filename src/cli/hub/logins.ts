import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../output/terminal.ts'

const loginsSchema = z.object({
  /** The address of the hub that was logged in to last. */
  current: z.string().optional(),
  hubs: z.array(z.object({ url: z.url(), token: z.string().min(1) })),
})

type Logins = z.infer<typeof loginsSchema>

export type Login = Logins['hubs'][number]

/** The file that `ek login` keeps tokens in, for its user alone. */
export function loginsFile(environment: Environment): string {
  return join(environment['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'evenkeel', 'logins.json')
}

/** The login of last time, or the one at an address. A file that others may read is not believed. */
export async function findLogin(environment: Environment, url?: URL): Promise<Login | undefined> {
  const { current, hubs } = await readLogins(environment)
  const wanted = url?.origin ?? current
  return hubs.find((one) => new URL(one.url).origin === wanted)
}

/** Keeps a login, as the one that is meant from now on. */
export async function keepLogin(environment: Environment, login: Login): Promise<void> {
  const { hubs } = await readLogins(environment)
  const { origin } = new URL(login.url)
  const others = hubs.filter((one) => new URL(one.url).origin !== origin)
  await writeLogins(environment, { current: origin, hubs: [...others, login] })
}

/** Forgets the login at an address, or the last one. Answers what was forgotten. */
export async function forgetLogin(environment: Environment, url?: URL): Promise<Login | undefined> {
  const { current, hubs } = await readLogins(environment)
  const gone = await findLogin(environment, url)
  if (gone === undefined) return undefined
  const { origin } = new URL(gone.url)
  const left = hubs.filter((one) => one !== gone && new URL(one.url).origin !== origin)
  await writeLogins(environment, { ...(current === origin ? {} : { current }), hubs: left })
  return gone
}

async function readLogins(environment: Environment): Promise<Logins> {
  const file = loginsFile(environment)
  try {
    const { mode, uid } = await stat(file)
    const own = process.getuid === undefined || uid === process.getuid()
    if (!own || (mode & 0o077) !== 0) return { hubs: [] }
    return loginsSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return { hubs: [] }
  }
}

/** Written beside and renamed, so that it is never half there. */
async function writeLogins(environment: Environment, logins: Logins): Promise<void> {
  const file = loginsFile(environment)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const beside = `${file}.${process.pid}`
  await rm(beside, { force: true })
  await writeFile(beside, `${JSON.stringify(logins)}\n`, { mode: 0o600, flag: 'wx' })
  await chmod(beside, 0o600)
  await rename(beside, file)
}
