import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { reasonOf } from '../../core/failure.ts'
import { Redacted } from '../../runtime/index.ts'
import { HubFailure } from '../failure.ts'

const keyLength = 32

/** Where the secret key is. */
export type SecretKeySource =
  /** A file that somebody else mounts; it is read and never made. */
  | { readonly kind: 'mounted'; readonly file: string }
  /** Beside the data; made at the first start. */
  | { readonly kind: 'beside-data'; readonly folder: string }

/**
 * The hub's secret key of 32 bytes: raw, hexadecimal or base64. Where it lies beside the data it is made at
 * the first start, mode 0600; never when there are data that another key must have encrypted.
 *
 * Throws `no-key` when it is not there and may not be made, `bad-key` when it is no key or others may read it.
 */
export async function loadSecretKey(
  source: SecretKeySource,
  options: { readonly hasData: boolean },
): Promise<Redacted<Uint8Array>> {
  const file = source.kind === 'mounted' ? source.file : join(source.folder, 'secret.key')
  const known = await readKey(file, source.kind)
  if (known !== undefined) return known
  if (source.kind === 'mounted') {
    throw new HubFailure('no-key', `secret key ${file}: the file is not there`, {
      hint: 'mount the secret there, or leave secretKey out of hub.yaml to keep the key beside the data',
    })
  }
  if (options.hasData) {
    throw new HubFailure('no-key', `secret key ${file}: it is missing, and the data were encrypted with it`, {
      hint: 'restore the file from your backup; without it start on an empty data folder: desired and live state are not lost',
    })
  }
  return makeKey(file)
}

async function readKey(
  file: string,
  kind: SecretKeySource['kind'],
): Promise<Redacted<Uint8Array> | undefined> {
  let bytes: Buffer
  try {
    // A mounted Secret's mode is the cluster's business (and often a symbolic link); ours is checked.
    if (kind === 'beside-data') assertPrivate(file, (await stat(file)).mode)
    bytes = await readFile(file)
  } catch (error) {
    if (error instanceof HubFailure) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new HubFailure('bad-key', `secret key ${file}: cannot be read: ${reasonOf(error)}`, {
      cause: error,
      hint: 'let the user that runs the hub read the file',
    })
  }
  const key = decode(bytes)
  if (key !== undefined) return new Redacted(key)
  throw new HubFailure('bad-key', `secret key ${file}: wanted ${keyLength} bytes, got another length`, {
    hint: 'give 32 random bytes, raw, in hexadecimal or in base64: openssl rand -hex 32',
  })
}

function assertPrivate(file: string, mode: number): void {
  if ((mode & 0o077) === 0) return
  throw new HubFailure(
    'bad-key',
    `secret key ${file}: others may read it (mode ${(mode & 0o777).toString(8)})`,
    {
      hint: `take the rights away with chmod 600 ${file}`,
    },
  )
}

function decode(bytes: Buffer): Uint8Array | undefined {
  if (bytes.length === keyLength) return bytes
  const text = bytes.toString('latin1').trim()
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined
  const decoded = Buffer.from(text, 'base64')
  return decoded.length === keyLength ? decoded : undefined
}

/** Writes the key beside its place, makes it durable, then links it there: it is never half a key. */
async function makeKey(file: string): Promise<Redacted<Uint8Array>> {
  const key = randomBytes(keyLength)
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(`${key.toString('hex')}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    // `link` refuses to replace a key that another process made in the meantime; `rename` would not.
    await link(draft, file)
    await syncFolder(dirname(file))
  } catch (error) {
    throw new HubFailure('bad-key', `secret key ${file}: cannot be made: ${reasonOf(error)}`, {
      cause: error,
      hint: 'let the user that runs the hub write to the folder',
    })
  } finally {
    await unlink(draft).catch(() => undefined)
  }
  return new Redacted(key)
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
