import { createHash, createHmac } from 'node:crypto'
import { nameIn } from './find-renderer.ts'
import type { RendererName, RenderRequest } from './renderer.ts'

/** What a rendering reads, made definite. */
export interface Framed {
  /** The request as the module takes it: length of the header, header, bytes of the files. */
  readonly input: Uint8Array
  /** SHA-256 of everything that the result depends on. */
  readonly key: string
}

/**
 * Frames a request of Kustomize or Helm for the module, with only those files that the renderer may look at. `module`
 * is the module's hash.
 */
export function frame(
  request: RenderRequest,
  renderer: Exclude<RendererName, 'plain'>,
  module: string,
): Framed {
  const { helm, vars, remotes } = request
  const folder = request.path === '' ? '.' : request.path
  const values = new Set(helm?.valuesFiles ?? [])
  const names = [...request.files.keys()]
    .filter((name) => renderer === 'kustomize' || values.has(name) || nameIn(folder, name) !== undefined)
    .toSorted()
  const contents = names.map((name) => request.files.get(name) ?? new Uint8Array())
  const header = Buffer.from(
    JSON.stringify({
      renderer,
      path: folder,
      files: names.map((path, index) => ({ path, length: contents[index]?.length ?? 0 })),
      vars: vars ?? {},
      remotes: Object.fromEntries(remotes ?? []),
      helm: {
        valuesFiles: helm?.valuesFiles ?? [],
        ...(helm?.values === undefined ? {} : { values: helm.values }),
        set: helm?.set ?? [],
        setString: helm?.setString ?? [],
        releaseName: helm?.releaseName ?? 'release',
        namespace: helm?.namespace ?? 'default',
        kubeVersion: helm?.kubeVersion ?? '',
        apiVersions: helm?.apiVersions ?? [],
        includeCrds: helm?.includeCrds ?? false,
      },
      shuffleSeed: shuffleSeed(request.seed),
    }),
  )
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  const input = Buffer.concat([length, header, ...contents])
  const key = createHash('sha256')
    .update(`${module}\0${request.clock}\0`)
    .update(createHash('sha256').update(request.seed).digest())
    .update(input)
    .digest('hex')
  return { input, key }
}

/** The seed of Go's math/rand, which does not ask the host: 63 bits. */
function shuffleSeed(seed: Uint8Array): string {
  return (createHmac('sha256', seed).update('shuffle').digest().readBigUInt64BE() >> 1n).toString()
}
