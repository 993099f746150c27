import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { reasonOf } from '../../core/failure.ts'
import { readYaml } from '../../render/yaml/index.ts'
import { HubFailure } from '../failure.ts'
import { describeIssues } from './describe-issue.ts'
import { hubConfigSchema, type Settings } from './schema.ts'
import { wrongConfig } from './wrong-config.ts'

/**
 * The settings in a `hub.yaml`, with its relative paths made absolute. Throws `bad-config` with every wrong field and its
 * line.
 */
export async function readHubFile(file: string): Promise<Record<string, unknown>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new HubFailure('bad-config', `${file}: cannot be read: ${reasonOf(error)}`, {
      cause: error,
      subject: file,
      hint: 'name another file with --config',
    })
  }
  const { documents, problems } = readYaml(text, file)
  if (problems.length > 0) {
    throw wrongConfig(
      file,
      problems.map((problem) => ({ where: `line ${problem.line}`, message: problem.message })),
    )
  }
  const [document] = documents
  const checked = hubConfigSchema.safeParse(document?.value)
  if (documents.length !== 1 || document === undefined) {
    throw wrongConfig(file, [
      { where: '', message: `holds ${documents.length} documents, wanted one of kind HubConfig` },
    ])
  }
  if (checked.success) return relativeTo(dirname(file), checked.data.spec ?? {})
  const details = describeIssues(hubConfigSchema, checked.error.issues)
  throw wrongConfig(
    file,
    details.map(({ path, where, message }) => {
      const place = document.positionOf(path)
      return { where: place === undefined ? where : `${where} (line ${place.line})`, message }
    }),
  )
}

/** Paths in the file start from its folder. */
function relativeTo(folder: string, settings: Settings): Record<string, unknown> {
  const at = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(folder, path)
  const { data, tls, credentials, secretKey, authorities, audit, kubeconfigs, fleet } = settings
  return definedOnly({
    ...settings,
    data: at(data),
    tls: tls === undefined ? undefined : { cert: at(tls.cert), key: at(tls.key) },
    credentials: credentials?.map((one) =>
      definedOnly({ ...one, file: at(one.file), knownHosts: at(one.knownHosts) }),
    ),
    secretKey: secretKey === undefined ? undefined : definedOnly({ file: at(secretKey.file) }),
    authorities: authorities?.map(at),
    audit:
      audit === undefined
        ? undefined
        : definedOnly({ ...audit, files: audit.files?.map((one) => ({ ...one, file: at(one.file) })) }),
    kubeconfigs: kubeconfigs?.map((one) => ({ ...one, file: at(one.file) })),
    fleet: fleet === undefined ? undefined : definedOnly({ ...fleet, url: localUrl(folder, fleet.url) }),
  })
}

/** A repository that is written as a relative path starts from the file's folder as well. */
function localUrl(folder: string, url: string | undefined): string | undefined {
  return url !== undefined && /^\.{1,2}(\/|$)/.test(url) ? resolve(folder, url) : url
}

function definedOnly(map: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined))
}
